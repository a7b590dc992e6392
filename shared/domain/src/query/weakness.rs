//! Kinds of weaknesses as people call them.

/// A kind, its numbers in the Common Weakness Enumeration, and its names without spaces and hyphens.
#[derive(Debug, PartialEq, Eq)]
pub struct Weakness {
    pub name: &'static str,
    pub cwes: &'static [u64],
    names: &'static [&'static str],
}

macro_rules! weaknesses {
    ($($name:literal $cwes:expr, $names:expr;)+) => {
        &[$(Weakness { name: $name, cwes: &$cwes, names: &$names }),+]
    };
}

const ALL: &[Weakness] = weaknesses![
    "SQL Injection" [89], ["sqlinjection", "sqli", "sql"];
    "NoSQL Injection" [943], ["nosqlinjection", "nosql"];
    "Command Injection" [77, 78], ["commandinjection", "oscommandinjection", "shellinjection", "command"];
    "Code Injection" [94, 95], ["codeinjection", "eval", "rce", "remotecodeexecution"];
    "Template Injection" [1336], ["templateinjection", "ssti"];
    "LDAP Injection" [90], ["ldapinjection", "ldap"];
    "XPath Injection" [643], ["xpathinjection", "xpath"];
    "Log Injection" [117], ["loginjection"];
    "HTTP Header Injection" [113], ["headerinjection", "httpheaderinjection", "crlf"];
    "Injection" [77, 78, 89, 90, 91, 94, 95, 113, 117, 643, 943, 1336], ["injection"];
    "Cross-Site Scripting" [79], ["xss", "crosssitescripting", "crosssite", "scripting"];
    "Cross-Site Request Forgery" [352], ["csrf", "xsrf", "crosssiterequestforgery"];
    "Server-Side Request Forgery" [918], ["ssrf", "serversiderequestforgery"];
    "Path Traversal" [22, 23, 36], ["pathtraversal", "directorytraversal", "traversal", "zipslip"];
    "Unsafe Deserialization" [502], ["unsafedeserialization", "insecuredeserialization", "deserialization", "pickle"];
    "Open Redirect" [601], ["openredirect", "redirect"];
    "Hard-Coded Secret" [259, 321, 798],
        ["hardcodedsecret", "hardcodedcredential", "hardcodedpassword", "hardcodedkey", "hardcoded"];
    "Weak Hash" [327, 328, 916], ["weakhash", "weakhashe", "hash", "hashe", "md5", "sha1"];
    "Weak Cipher" [326, 327], ["weakcipher", "weakcrypto", "weakcryptography", "weakencryption"];
    "Weak Randomness" [330, 338], ["weakrandomness", "weakrandom", "insecurerandom"];
    "XML External Entities" [611], ["xxe", "xmlexternalentity", "xmlexternalentitie"];
    "Prototype Pollution" [1321], ["prototypepollution"];
    "Mass Assignment" [915], ["massassignment"];
    "Denial of Service" [400, 776, 1333], ["denialofservice", "dos", "redos"];
    "Certificate Not Checked" [295], ["certificate", "certificatenotchecked", "certificatevalidation"];
    "Insecure Cookie" [614, 1004], ["insecurecookie", "cookie"];
    "Unrestricted File Upload" [434], ["fileupload", "unrestrictedfileupload"];
    "Buffer Overflow" [119, 120, 121, 122, 787], ["bufferoverflow", "overflow"];
    "Use After Free" [416], ["useafterfree"];
    "Race Condition" [362, 367], ["racecondition", "toctou"];
    "Integer Overflow" [190], ["integeroverflow"];
    "Null Pointer Dereference" [476], ["nullpointer", "nullpointerdereference"];
    "Missing Authentication" [287, 306], ["missingauthentication", "authenticationbypass", "brokenauthentication"];
    "Missing Authorization" [285, 862, 863], ["missingauthorization", "idor", "brokenaccesscontrol"];
    "Clickjacking" [1021], ["clickjacking"];
];

/// Tokens of the longest name.
const LONGEST: usize = 4;

/// The kind that these tokens begin with, by its longest name, and how many of them name it.
pub(super) fn named<'a>(tokens: impl Iterator<Item = &'a str>) -> Option<(&'static Weakness, usize)> {
    let tokens: Vec<&str> = tokens.take(LONGEST).collect();
    (1..=tokens.len()).rev().find_map(|long| {
        let name = squashed(&tokens[..long]);
        let is =
            |one: &&Weakness| one.names.iter().any(|own| *own == name || name.strip_suffix('s') == Some(own));
        ALL.iter().find(is).map(|one| (one, long))
    })
}

fn squashed(tokens: &[&str]) -> String {
    tokens.concat().chars().filter(|c| *c != '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_many_names() {
        for (text, expected) in [
            ("sql injections in", Some(("SQL Injection", 2))),
            ("sql-injection", Some(("SQL Injection", 1))),
            ("cross-site scripting", Some(("Cross-Site Scripting", 2))),
            ("cross site request forgery", Some(("Cross-Site Request Forgery", 4))),
            ("xss", Some(("Cross-Site Scripting", 1))),
            ("weak hashes", Some(("Weak Hash", 2))),
            ("hard coded passwords", Some(("Hard-Coded Secret", 3))),
            ("password", None),
            ("kangaroo", None),
        ] {
            let found = named(text.split(' ')).map(|(one, long)| (one.name, long));
            assert_eq!(found, expected, "{text}");
        }
    }
}
