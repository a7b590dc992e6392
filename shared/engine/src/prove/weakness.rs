//! Which weaknesses a test can be generated for, and the drivers that do.

use crate::language::Family;

/// What the test records, by the drivers' names for it.
pub(super) fn kind_of(cwe: &str, family: Family) -> Option<&'static str> {
    let number: u32 = cwe.strip_prefix("CWE-")?.parse().ok()?;
    let kind = match number {
        22 | 23 | 36 | 73 => "path",
        77 | 78 | 88 => "command",
        79 | 80 => "html",
        89 => "sql",
        94 | 95 => "eval",
        327 | 328 => "hash",
        330 | 338 => "random",
        502 => "yaml",
        601 => "redirect",
        614 | 1004 => "cookie",
        90 => "ldap",
        91 | 643 => "xpath",
        295 => "tls",
        377 | 379 => "temporary",
        1336 => "template",
        _ => return None,
    };
    let python_only = ["ldap", "xpath", "tls", "temporary", "template"];
    (family == Family::Python || !python_only.contains(&kind)).then_some(kind)
}

/// The test, as text: its spec, then the driver. Its own process calls `main` with the path of the report.
pub(super) fn text(family: Family, spec: &str) -> String {
    // A string in JSON is one in both languages.
    let spec = serde_json::Value::from(spec).to_string();
    match family {
        Family::Python => format!(
            "SPEC = __import__('json').loads({spec})\n{}\n{}\n{}\n{}\n{}\nif __name__ == '__main__':\n    main(sys.argv[1])\n",
            include_str!("python/things.py"),
            include_str!("python/frameworks.py"),
            include_str!("python/judges.py"),
            include_str!("python/sinks.py"),
            include_str!("python/driver.py"),
        ),
        Family::JavaScript => format!(
            "const SPEC = JSON.parse({spec});\n{}\n{}\n{}\nmain(process.argv[1]);\n",
            include_str!("javascript/things.js"),
            include_str!("javascript/sinks.js"),
            include_str!("javascript/driver.js"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_to_the_driver_of_its_language() {
        for number in 1..2000 {
            let cwe = format!("CWE-{number}");
            for (language, before, after) in
                [(Family::Python, "\n    \"", "\": ("), (Family::JavaScript, "\n  ", ": [")]
            {
                if let Some(kind) = kind_of(&cwe, language) {
                    let entry = format!("{before}{kind}{after}");
                    assert!(text(language, "{}").contains(&entry), "{kind} in {language:?}");
                }
            }
        }
        assert_eq!(kind_of("CWE-90", Family::JavaScript), None);
        assert_eq!(kind_of("89", Family::Python), None);
    }

    #[test]
    fn a_spec_cannot_leave_its_string() {
        let text = text(Family::Python, "\");import os#\n'''\u{2028}");
        assert!(text.starts_with("SPEC = __import__('json').loads(\"\\\");import os#\\n'''\u{2028}\")\n"));
    }
}
