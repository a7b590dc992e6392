//! Which events a subscription is sent, and in what form: expressions and templates in minijinja, over the body.
//!
//! They come from outside, so each runs on fuel, reads only the body it is given, loads nothing and is small. Fuel counts
//! steps, not bytes, and ten steps can double a text ten times; so what makes a value larger than what it was made of
//! (`*`, `~`, variables, filters like `replace`) is left out. They are checked when they are saved; one that fails all
//! the same when it runs is an error of that delivery, never a panic.

mod names;

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Expression};
use serde_json::Value;

/// The longest expression, in bytes.
const LONGEST: usize = 2048;
/// The longest template, in bytes.
const LONGEST_TEMPLATE: usize = 16 * 1024;
/// The longest that stands between two delimiters of a template, in bytes. Operators that follow each other (`--a`,
/// `a.b.c`) are a tree as deep as there are of them, and minijinja walks it on the stack: one of some 4,500 ends the process.
const LONGEST_BLOCK: usize = 1024;
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];
/// Filters and functions whose result may be larger than what they are given.
const GROWING: [&str; 12] = [
    "replace", "format", "indent", "chain", "zip", "map", "batch", "slice", "pprint", "groupby", "sum",
    "join",
];
const FUNCTIONS: [&str; 4] = ["range", "dict", "debug", "namespace"];
/// Steps that one run may take.
const FUEL: u64 = 20_000;
/// The largest body that a template may write, in bytes.
const LARGEST: usize = 256 * 1024;

/// Why an expression or a template is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("must be shorter: {LONGEST} bytes for a filter, {LONGEST_TEMPLATE} for a template")]
    Long,
    #[error("must not be empty: null means none")]
    Empty,
    #[error("cannot be read: {0}")]
    Form(String),
    #[error("cannot be worked out: there is no {0} {1} here")]
    Unknown(&'static str, String),
    #[error("cannot be worked out: {0}")]
    Run(String),
}

/// An expression that can be read, as `results.analysis_results.severity_breakdown.critical > 0`.
#[derive(Debug)]
pub struct Filter<'a>(Expression<'a, 'a>);

impl<'a> Filter<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Wrong> {
        if text.len() > LONGEST {
            return Err(Wrong::Long);
        }
        only_small(text)?;
        ENVIRONMENT.compile_expression(text).map(Self).map_err(|e| Wrong::Form(said(&e)))
    }

    /// Whether it holds for this body. What the body does not have is false.
    pub fn holds(&self, body: &Value) -> Result<bool, Wrong> {
        let value = self.0.eval(Serde(body)).map_err(|e| Wrong::Run(said(&e)))?;
        Ok(value.is_true())
    }
}

/// Whether a filter may be saved: it can be read, and there is all that it calls.
pub fn check_filter(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    Filter::parse(text)?;
    names::check_expression(text)
}

/// The same of a template. An empty one would empty every message.
pub fn check_template(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    check_blocks(text)?;
    ENVIRONMENT.template_from_str(text).map_err(|e| Wrong::Form(said(&e)))?;
    names::check_template(text)
}

/// What must hold of a template before minijinja reads it.
fn check_blocks(text: &str) -> Result<(), Wrong> {
    if text.len() > LONGEST_TEMPLATE {
        return Err(Wrong::Long);
    }
    for part in text.split("{{").skip(1) {
        check_block(part.split("}}").next().unwrap_or_default())?;
    }
    for part in text.split("{%").skip(1) {
        let inside = part.split("%}").next().unwrap_or_default();
        check_block(inside)?;
        let word = inside
            .trim_start_matches(['-', '+', ' ', '\t', '\r', '\n'])
            .split([' ', '-', '\t', '\r', '\n'])
            .next();
        if !word.is_some_and(|word| STATEMENTS.contains(&word)) {
            return Err(Wrong::Form(format!("only {} are known", STATEMENTS.join(", "))));
        }
    }
    Ok(())
}

/// Judges what stands between two delimiters, which it must hold whole: a text that holds a delimiter, or braces, would
/// make the block longer than it looks.
fn check_block(inside: &str) -> Result<(), Wrong> {
    if inside.len() > LONGEST_BLOCK {
        return Err(Wrong::Form(format!(
            "what stands in {{{{ }}}} or {{% %}} is over {LONGEST_BLOCK} bytes"
        )));
    }
    let mut open = None;
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match (open, letter) {
            (Some(_), '\\') => drop(letters.next()),
            (Some(quote), letter) if letter == quote => open = None,
            (None, '"' | '\'') => open = Some(letter),
            (None, '{' | '}') => {
                return Err(Wrong::Form("braces are not known in {{ }} and {% %}".to_owned()));
            }
            (Some(_) | None, _) => {}
        }
    }
    if open.is_some() {
        return Err(Wrong::Form("a text in {{ }} or {% %} does not end there".to_owned()));
    }
    only_small(inside)
}

fn only_small(expression: &str) -> Result<(), Wrong> {
    if expression.contains(['*', '~']) {
        return Err(Wrong::Form("the operators * and ~ are not known here".to_owned()));
    }
    Ok(())
}

/// What a template makes of a body.
pub fn render(template: &str, body: &Value) -> Result<String, Wrong> {
    check_blocks(template)?;
    let template = ENVIRONMENT.template_from_str(template).map_err(|e| Wrong::Form(said(&e)))?;
    let mut out = Bounded(Vec::new());
    template.render_captured_to(Serde(body), &mut out).map_err(|e| Wrong::Run(said(&e)))?;
    String::from_utf8(out.0).map_err(|e| Wrong::Run(e.to_string()))
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// Missing fields chain: `a.b.c` of a body without `a` is nothing rather than an error.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Chainable);
    for name in GROWING {
        environment.remove_filter(name);
    }
    for name in FUNCTIONS {
        environment.remove_global(name);
    }
    environment.add_filter("tojson", |value: minijinja::Value| {
        serde_json::to_string(&value).map_err(|e| {
            minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "the value is not JSON")
                .with_source(e)
        })
    });
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(64);
    environment
}

fn said(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

/// Stops a template that writes too much.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(std::io::Error::other("the template writes too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(text: &str, expected: Result<bool, ()>) {
        let body = json!({ "data": { "n": 2, "word": "main", "list": ["a"] } });
        let got = Filter::parse(text).and_then(|filter| filter.holds(&body));
        assert_eq!(got.map_err(|_| ()), expected, "{text}");
    }

    #[test]
    fn filters() {
        check("data.n > 1", Ok(true));
        check("data.n > 1 and data.word == 'other'", Ok(false));
        check("'a' in data.list", Ok(true));
        check("data.word is startingwith('ma')", Ok(true));
        check("absent.field.of.this", Ok(false));
        check("not absent", Ok(true));
        check("", Err(()));
        check("data.n >", Err(()));
        check("{{ data.n }}", Err(()));
        check("data.word.upper.upper()", Err(()));
        check(&format!("'{}'", "x".repeat(3000)), Err(()));
        check(&"(".repeat(2000), Err(()));
    }

    /// minijinja would say so only when it runs, and then perhaps not each time.
    #[test]
    fn what_there_is_not_cannot_be_saved() {
        #[track_caller]
        fn check(of: &str, expression: &str, missing: Option<&str>) {
            let expected = match missing {
                Some(what) => Err(format!("cannot be worked out: there is no {what} here")),
                None => Ok(()),
            };
            let saved = check_filter(expression).map_err(|wrong| wrong.to_string());
            assert_eq!(saved, expected, "{expression}");
            for template in [
                format!("a {{{{ {expression} }}}}"),
                format!(
                    "{{% if 0 %}}{{% for a in {of} %}}\
                {{% if {expression} %}}{{% endif %}}{{% else %}}{{{{ {expression} }}}}{{% endfor %}}{{% endif %}}"
                ),
            ] {
                let saved = check_template(&template).map_err(|wrong| wrong.to_string());
                assert_eq!(saved, expected, "{template}");
            }
        }
        let none = |expression: &str, what: &str| check("b", expression, Some(what));
        none("a|nofilter", "filter nofilter");
        none("a|replace('a', 'aa')", "filter replace");
        none("a and b|nofilter > 1", "filter nofilter");
        none("(1 if a else [b|nofilter])", "filter nofilter");
        none("a[b|nofilter:]", "filter nofilter");
        none("a|default(b|nofilter)", "filter nofilter");
        none("a is notest", "test notest");
        none("not a is not notest", "test notest");
        none("a|select('notest')|length > 0", "test notest");
        none("a|rejectattr('b', 'notest')|length > 0", "test notest");
        none("range(9)", "function range");
        none("a in (range(9), 1)", "function range");
        none("a == namespace(b=1)", "function namespace");
        none("a.b.upper()", "method upper");
        for good in [
            "data.word|upper == 'MAIN'",
            "data.list|select('odd')|length > 1",
            "data.list|selectattr('n', 'ge', 2)|list|length > 1",
            "data.list|select|length",
            "a is defined and b is not none",
            "'x|nofilter(' in data.word",
            "a.range and b['upper()']",
            "a is divisibleby(3)",
        ] {
            check("b|sort", good, None);
        }
        check_template("{% for a in b recursive %}{{ loop.cycle('x', 'y') }}{{ loop(a.b) }}{% endfor %}")
            .expect("what a loop has");
        assert!(check_filter("loop(a)").is_err() && check_filter("loop.cycle(1)").is_err());
        assert!(check_filter("a[0]()").is_err());
        assert!(check_template("{% for a in b|nofilter %}{% endfor %}").is_err());
    }

    #[test]
    fn nothing_is_said_by_null() {
        for blank in ["", " ", "\n\t "] {
            assert_eq!(check_filter(blank), Err(Wrong::Empty), "{blank:?}");
            assert_eq!(check_template(blank), Err(Wrong::Empty), "{blank:?}");
        }
    }

    #[test]
    fn templates_say_what_they_are_given() {
        #[track_caller]
        fn check(template: &str, expected: &str) {
            let body = json!({ "data": { "word": "a \"b\"", "list": [1, 2] } });
            assert_eq!(render(template, &body).as_deref(), Ok(expected), "{template}");
        }
        check("{\"text\": {{ data.word|tojson }}}", r#"{"text": "a \"b\""}"#);
        check("{%- for n in data.list %}{{ n }};{% endfor -%}", "1;2;");
        check("{% if data.absent %}x{%-else%}y{% endif %}", "y");
    }

    /// Each made a tree that ended the process which walked it. A test's stack is a quarter of a function's.
    #[test]
    fn what_is_deep_is_refused_or_walked() {
        let body = json!({ "a": 1 });
        let nested = |n: usize| "{% if a %}".repeat(n) + &"{% endif %}".repeat(n);
        for (before, piece, after) in
            [("", "-", "1"), ("a", ".a", ""), ("a", "[0]", ""), ("a", "()", ""), ("", "not ", "a")]
        {
            let expression = |bytes: usize| format!("{before}{}{after}", piece.repeat(bytes / piece.len()));
            for bytes in [1_000, 1_100, 8_000, 16_000] {
                let template = format!("{{{{ {} }}}}", expression(bytes));
                let result = check_template(&template).and_then(|()| render(&template, &body));
                assert!(bytes == 1_000 || result.is_err(), "{piece} {bytes}");
            }
            let _ = check_filter(&expression(1_900));
            let _ = Filter::parse(&expression(1_900)).map(|filter| filter.holds(&body));
        }
        for n in [10, 100, 700] {
            let result = render(&nested(n), &body);
            assert!(n > 10 || result.is_ok(), "{result:?}");
            assert_eq!(check_template(&nested(n)).is_ok(), result.is_ok(), "{n}");
        }
    }

    /// Each would fill the memory or never end.
    #[test]
    fn what_grows_is_refused() {
        let body = json!({ "data": { "word": "main", "list": vec![0; 2000] } });
        for text in [
            "{% for a in data.list %}{% for b in data.list %}x{% endfor %}{% endfor %}",
            "{% include 'x' %}",
            "{% if %}",
            "{% set a = 'xx' %}{{ a }}",
            "{%\tset a = 'xx' %}{{ a }}",
            "{%-with a = 'xx' %}{{ a }}{% endwith %}",
            "{{ 'x' * 100000000 }}",
            "{{ data.word ~ data.word }}",
            "{{ data.word|replace('a', 'aaaaaaaaaa') }}",
            "{{ '%999999999d'|format(1) }}",
            "{{ data.word|indent(999999999) }}",
            "{{ range(99999) }}",
            "{{ '}}' * 100000000 }}",
            "{{ '{{' * 100000000 }}",
            "{% if '%}' * 100000000 %}{% endif %}",
            "{{ {'a': {}}.a * 100000000 }}",
            "{{ '\\'}}' * 100000000 }}",
        ] {
            assert!(render(text, &body).is_err(), "{text}");
        }
        for text in ["'x' * 100000000 == ''", "range(99999)", "data.word|replace('a', 'aa')"] {
            assert!(Filter::parse(text).and_then(|filter| filter.holds(&body)).is_err(), "{text}");
        }
    }
}
