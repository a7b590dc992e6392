//! Users' flow rules find what they say beside ours, and take nothing back.

use std::collections::BTreeMap;

use crate::analyze::{Request, analyze};
use crate::tree::Tree;
use quartet_domain::results::AnalysisResults;

const PATH: &str = ".quartet/rules/ledger.toml";

/// A sink of their own, of a class of its own.
const RULE: &str = "\
language = 'python'

[[rule]]
id = 'acme.ledger'
kind = 'Unchecked Booking'
class = 'acme-ledger'
cwe = 20
severity = 'high'
description = 'What is booked comes from outside.'
advice = 'Check it with `ledger.checked`.'
link = 'https://example.org/ledger'

[[rule.sink]]
match = ['ledger.book']
args = [0]
";

const CODE: &str = "\
import ledger
from flask import request

def f():
    ledger.book(request.args['amount'])
";

fn survey(files: &[(&str, &str)]) -> AnalysisResults {
    let tree: Tree = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    analyze(&Request { tree: &tree, base: None, changed: None })
}

/// Rule and line of every finding that is worth a person's time.
#[track_caller]
fn found(rules: &str, path: &str, code: &str) -> Vec<(String, u64)> {
    let found = survey(&[(PATH, rules), (path, code)]);
    assert_eq!(found.incomplete, Vec::<String>::new());
    let sure = found.vulnerabilities.into_iter().filter(|one| one.confidence_score >= 0.5);
    sure.map(|one| (one.rule_id, one.line_number)).collect()
}

fn ledger(line: u64) -> Vec<(String, u64)> {
    vec![("acme.ledger".to_owned(), line)]
}

#[test]
fn they_find_what_they_say() {
    #[track_caller]
    fn check(rules: &str, code: &str, expected: &[(String, u64)]) {
        assert_eq!(found(&format!("{RULE}{rules}"), "app.py", code), expected);
    }
    check("", CODE, &ledger(5));
    let checked = CODE.replace("request.args['amount']", "ledger.checked(request.args['amount'])");
    check("", &checked, &ledger(5));
    check("[[sanitiser]]\nmatch = ['ledger.checked']\nclasses = ['acme-ledger']\n", &checked, &[]);
    let guarded = CODE
        .replace("    ledger.book", "    if ledger.is_sound(request.args['amount']):\n        ledger.book");
    check("", &guarded, &ledger(6));
    let guard = "[[guard]]\nmatch = ['ledger.is_sound']\nclasses = ['acme-ledger']\nargs = [0]\n";
    check(guard, &guarded, &[]);
    let queued = CODE.replace("request.args['amount']", "ledger.next_message().amount");
    check("", &queued, &[]);
    let source = "[[source]]\nmatch = ['ledger.next_message']\nwhat = 'a partner'\nstrength = 0.9\n";
    check(source, &queued, &ledger(5));
    let kept = CODE.replace(
        "    ledger.book(request.args['amount'])",
        "    b = ledger.Box()\n    b.keep(request.args['amount'])\n    ledger.book(b)",
    );
    check("", &kept, &[]);
    check("[[propagator]]\nmatch = ['ledger.Box.keep']\neffect = 'absorb'\n", &kept, &ledger(7));
}

#[test]
fn a_built_in_class_brings_its_sanitisers() {
    let rules = RULE.replace("acme-ledger", "command");
    assert_eq!(found(&rules, "app.py", CODE), ledger(5));
    let quoted = CODE.replace("request.args['amount']", "shlex.quote(request.args['amount'])");
    assert_eq!(found(&rules, "app.py", &format!("import shlex\n{quoted}")), []);
}

#[test]
fn one_file_serves_several_languages() {
    let rules = RULE.replace("'python'", "['python', 'typescript']");
    let code = "import * as ledger from 'ledger';\nimport express from 'express';\nconst app = express();\n\
                app.get('/', (req, res) => { ledger.book(req.query.amount); });\n";
    assert_eq!(found(&rules, "app.ts", code), ledger(4));
    assert_eq!(found(&rules, "app.py", CODE), ledger(5));
    assert_eq!(found(RULE, "app.ts", code), []);
}

#[test]
fn their_source_leads_to_our_sinks() {
    let code = "import os, ledger\ndef f():\n    os.system('book ' + ledger.next_message())\n";
    let source = "language = 'python'\n[[source]]\nmatch = ['ledger.next_message']\nwhat = 'a partner'\nstrength = 1.0\n";
    assert_eq!(found(source, "app.py", code), [("python.command-injection".to_owned(), 3)]);
    let told = survey(&[(PATH, source), ("app.py", code)]).vulnerabilities;
    assert!(told[0].description.contains("a partner"), "{told:?}");
}

#[test]
fn the_example_that_people_read_works() {
    let page = include_str!("../../../../README.md");
    let example = page.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    let code = "import ledger, os\nfrom flask import request\ndef f():\n    ledger.book(request.args['amount'])\n    \
                os.system(ledger.next_message())\n    ledger.book(ledger.checked(request.args['amount']))\n";
    let rules = [("acme.unchecked-booking".to_owned(), 4), ("python.command-injection".to_owned(), 5)];
    assert_eq!(found(example, "app.py", code), rules);
}

/// Whatever they say, each finding of ours stays, and as sure.
#[test]
fn ours_stay() {
    let code = "\
import os, sqlite3, hashlib
from flask import request

def f(path):
    name = request.args['name']
    os.system('ls ' + clean(name))
    if is_safe(name):
        sqlite3.connect('db').execute('SELECT * FROM t WHERE name = ' + name)
    os.system('rm ' + path)
    password = 'Xk29dkQ8sZpL1vTq'
    return hashlib.md5(name).hexdigest()
";
    let ours = |rules: &str| -> BTreeMap<(String, u64), f64> {
        let found = survey(&[(PATH, rules), ("app.py", code)]);
        assert_eq!(found.incomplete, Vec::<String>::new(), "{rules}");
        let all = found.vulnerabilities.into_iter();
        all.map(|one| ((one.rule_id, one.line_number), one.confidence_score)).collect()
    };
    let without = ours("language = 'python'\n");
    assert!(without.len() >= 4, "{without:?}");
    #[track_caller]
    fn check(without: &BTreeMap<(String, u64), f64>, with: &BTreeMap<(String, u64), f64>) {
        for (finding, sureness) in without {
            assert!(with.get(finding) >= Some(sureness), "{finding:?} in {with:?}");
        }
    }
    let sink = |name: &str, cwe: &str| {
        RULE.replace("ledger.book", name).replace("cwe = 20", cwe).replace("args = [0]", "certainty = 0.01")
    };
    for rules in [
        "[[sanitiser]]\nmatch = ['*.system', 'str', 'clean', '*.args', 'flask.request']\nclasses = ['*']\n",
        "[[sanitiser]]\nlike = ['e', 'a', 's']\nclasses = ['*']\n",
        "[[guard]]\nmatch = ['is_safe']\nlike = ['is']\nclasses = ['*']\nargs = [0]\n",
        "[[source]]\nmatch = ['flask.request.args']\non = 'read'\nwhat = 'x'\nstrength = 0.0\nclasses = []\n",
        "[[propagator]]\nmatch = ['os.system', 'sqlite3.connect', 'clean', '*.execute']\neffect = 'nothing'\n",
        "never = ['os.system()', 'is_safe()', 'clean()']\nplain = ['str']\nvague = ['flask.request']\n",
        "private = ['command', 'sql']\n",
        "[types]\n'acme.Nothing' = ['flask.request', 'os', 'sqlite3.connect()', 'hashlib', 'web.Request', 'db.Connection']\n",
    ] {
        check(&without, &ours(&format!("language = 'python'\n{rules}")));
    }
    check(&without, &ours(&sink("os.system", "cwe = 78")));
    check(&without, &ours(&sink("hashlib.md5", "cwe = 328").replace("[[rule.sink]]", "[[rule.shape]]")));
    check(&without, &ours(&sink("*.execute", "cwe = 89").replace("Unchecked Booking", "SQL Injection")));
}

#[test]
fn what_cannot_be_used_is_named() {
    #[track_caller]
    fn check(rules: &str, line: usize, reason: &str) {
        let found = survey(&[(PATH, rules), ("app.py", CODE)]);
        assert_eq!(found.incomplete.len(), 1, "{:?}", found.incomplete);
        let named = &found.incomplete[0];
        assert!(named.starts_with(&format!("{PATH}:{line}: not a usable rule: ")), "{named}");
        assert!(named.contains(reason) && !named.contains('\n'), "{named}");
    }
    let with = |from: &str, to: &str| RULE.replace(from, to);
    check("", 1, "name its `language`");
    check(&with("'python'", "'java'"), 1, "no data flow for \"java\"");
    check(&with("language = 'python'\n", ""), 1, "name its `language`");
    check(&with("args = [0]", "argz = [0]"), 15, "unknown field `argz`");
    check(&with("args = [0]", "args = [0"), 15, "");
    check(&with("args = [0]", "args = ['0']"), 15, "invalid type");
    check(&with("severity = 'high'", "severity = 'worst'"), 8, "worst");
    check(&with("acme.ledger", "python.ledger"), 4, "built in");
    check(&with("acme.ledger", "Acme Ledger"), 4, "a-z");
    check(&with("https:", "http:"), 11, "https://");
    check(&with("cwe = 20", "cwe = 0"), 7, "the number of a weakness");
    check(&with("class = 'acme-ledger'\n", ""), 4, "needs a `class`");
    check(&with("args = [0]", "certainty = 7.5"), 15, "0 to 1");
    check(&with("'What is booked comes from outside.'", "\"a\\u0007\""), 9, "one line");
    check(&with("'ledger.book'", "''"), 14, "empty name");
    check(&with("'ledger.book'", &format!("'{}'", "x".repeat(600))), 14, "longer than");
    check(&with("'ledger.book'", &"'a.b',".repeat(101)), 14, "more than 100");
    check(&format!("{RULE}when = [{{ arg = 0, matches = '(' }}]\n"), 16, "regular expression");
    check(
        &format!("{RULE}when = [{{ arg = 0, matches = '(\\w{{200}}){{200}}' }}]\n"),
        16,
        "regular expression",
    );
    check(
        &format!("{RULE}[[sanitiser]]\nmatch = ['a']\nclasses = ['leger']\n"),
        18,
        "no rule has the class \"leger\"",
    );
    check(&format!("{RULE}[[source]]\nmatch = ['a']\nwhat = 'a'\nstrength = 2.0\n"), 19, "0 to 1");
    check(&format!("{RULE}{}", RULE.split_once("\n\n").unwrap().1), 4, "already");
    check(&format!("{RULE}{}", "[[rule.sink]]\nmatch = ['a']\n".repeat(9)), 1, "more than 8 tables");
    let conditions = "{ arg = 0, built = true },".repeat(9);
    check(&format!("{RULE}when = [{conditions}]\n"), 16, "more than 8 conditions");
    let many: String = (0..501).map(|n| format!("[[rule.sink]]\nmatch = ['a{n}']\n")).collect();
    check(&format!("{RULE}{many}"), 1, "more than 500");
    let list = format!("like = [{}]\n", "'abc',".repeat(100));
    check(
        &format!("{RULE}{}", format!("[[sanitiser]]\nclasses = ['*']\n{list}").repeat(3)),
        1,
        "more than 200",
    );
    check(&"[".repeat(30_000), 1, "");
    check(&format!("x = {}", "[".repeat(30_000)), 1, "");
    check(&"#\n".repeat(20_000), 1, "larger than");
}

#[test]
fn classes_have_room_for_all_bits() {
    let rule = |n: usize| {
        let id = format!("acme.ledger-{n}");
        let text = RULE.split_once("\n\n").unwrap().1;
        text.replace("acme.ledger", &id).replace("acme-ledger", &id)
    };
    let file =
        |many: std::ops::Range<usize>| format!("language = 'python'\n{}", many.map(rule).collect::<String>());
    let fits = survey(&[(PATH, &file(0..4)), ("app.py", CODE)]);
    assert_eq!((fits.vulnerabilities.len(), fits.incomplete.len()), (4, 0), "{:?}", fits.incomplete);
    let other = ".quartet/rules/other.toml";
    // One name may be matched by so many, and a value has so many bits, whatever file they come from.
    let full = survey(&[(PATH, &file(0..4)), (other, &file(4..9)), ("app.py", CODE)]);
    assert_eq!(full.vulnerabilities.len(), 4);
    assert!(full.incomplete[0].starts_with(other), "{:?}", full.incomplete);
    let apart = |many| file(many).replace("ledger.book", "ledger.other");
    let full = survey(&[(PATH, &file(0..4)), (other, &apart(4..12)), ("app.py", CODE)]);
    assert!(full.incomplete[0].contains("classes of your own"), "{:?}", full.incomplete);
}

/// Work is bounded: the most that rules may ask for, on files made for it.
#[test]
fn costly_rules_end() {
    let words: String = (0..100).map(|n| format!("'{}{n}',", "a".repeat(60))).collect();
    let sinks = "[[rule.sink]]\nmatch = ['*.f']\nwhen = [{ arg = 0, matches = '(a|b|ab)*c$' }]\n".repeat(7);
    let rules = format!("{RULE}{sinks}[[sanitiser]]\nclasses = ['*']\nlike = [{words}]\n");
    let code = format!("a = '{}'\n{}", "ab".repeat(20_000), "x.f(a); g(a)\n".repeat(2_000));
    let found = survey(&[(PATH, &rules), ("app.py", &code)]);
    assert_eq!(found.vulnerabilities.len(), 0, "{:?}", found.incomplete);
}
