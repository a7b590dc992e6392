//! Fixes from the outside: what becomes of a file.

mod markup;
mod python;
mod refused;
mod script;
mod steps;
mod stories;
mod temporary;

use quartet_domain::results::Rung;

use super::{Fixes, fix};
use crate::analyze::{Request, analyze};
use crate::tree::Tree;

fn run(files: &[(&str, &str)]) -> Fixes {
    let mut tree = Tree::new();
    for (path, text) in files {
        tree.insert(*path, text.as_bytes().to_vec());
    }
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    fix(&tree, &found)
}

/// `before` with `header` above it becomes `after` with the same header, on every rung; a second run changes nothing.
#[track_caller]
fn check_file(path: &str, before: &str, after: &str) {
    let fixes = run(&[(path, before)]);
    let fixed = fixes.files.get(path).map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    assert_eq!(fixed.as_deref(), Some(after), "rejected: {:#?}", fixes.results.rejected);
    for fixed in &fixes.results.functions_fixed {
        let rungs: Vec<_> = fixed.verification.iter().map(|outcome| (outcome.rung, outcome.passed)).collect();
        let all = [Rung::Parses, Rung::FindingGone, Rung::NothingNew, Rung::Contained, Rung::ImportsResolve];
        assert_eq!(rungs, all.map(|rung| (rung, Some(true))));
    }
    assert!(run(&[(path, after)]).files.is_empty(), "a second run changes it again");
}

#[track_caller]
fn check_refused(path: &str, source: &str, reason: &str) {
    let fixes = run(&[(path, source)]);
    assert!(fixes.files.is_empty(), "{:?}", fixes.results.functions_fixed);
    let reasons: Vec<_> = fixes.results.rejected.iter().map(|rejected| rejected.reason.as_str()).collect();
    assert!(reasons.iter().any(|got| got.contains(reason)), "{reasons:?} in\n{source}");
}

#[test]
fn sql_in_python() {
    #[track_caller]
    fn check(before: &str, after: &str) {
        let file = |body: &str| format!("import sqlite3\n\ndef f(c, name, low, other):\n    {body}\n");
        check_file("a.py", &file(before), &file(after));
    }
    check(
        r#"c.execute(f"SELECT * FROM users WHERE name = '{name}'")"#,
        r#"c.execute("SELECT * FROM users WHERE name = ?", (name,))"#,
    );
    check(
        r#"c.execute(f"SELECT * FROM users WHERE age > {low} AND name = {name!s} LIMIT {other}")"#,
        r#"c.execute("SELECT * FROM users WHERE age > ? AND name = ? LIMIT ?", (low, name, other))"#,
    );
    check(
        r#"c.execute("SELECT * FROM users WHERE name = '" + name + "' AND a = " + str(low))"#,
        r#"c.execute("SELECT * FROM users WHERE name = ? AND a = ?", (name, low))"#,
    );
    check(
        r#"c.execute('SELECT * FROM users WHERE name = "%s" AND a = %d AND b LIKE "100%%"' % (name, low))"#,
        r#"c.execute('SELECT * FROM users WHERE name = ? AND a = ? AND b LIKE "100%"', (name, low))"#,
    );
    check(
        r#"c.execute("SELECT * FROM users WHERE a = {} AND b = '{b}'".format(low, b=name))"#,
        r#"c.execute("SELECT * FROM users WHERE a = ? AND b = ?", (low, name))"#,
    );
    check(
        r#"c.execute(f"SELECT * FROM users WHERE name LIKE '%{name}%'")"#,
        r#"c.execute("SELECT * FROM users WHERE name LIKE ?", (f"%{name}%",))"#,
    );
    check(
        r#"c.execute(f"INSERT INTO users (a, b) VALUES ('{name}', {low})")"#,
        r#"c.execute("INSERT INTO users (a, b) VALUES (?, ?)", (name, low))"#,
    );
    check(
        "query = f\"SELECT * FROM users WHERE name = '{name}'\"\n    print(query)\n    c.execute(query)",
        "query = \"SELECT * FROM users WHERE name = ?\"\n    print(query)\n    c.execute(query, (name,))",
    );
    check(
        "c.execute(\n        f\"SELECT * FROM users \"\n        f\"WHERE name = '{name}' \"\n        \"ORDER BY a\"\n    )",
        "c.execute(\n        \"SELECT * FROM users \"\n        \"WHERE name = ? \"\n        \"ORDER BY a\", (name,)\n    )",
    );
    check(
        "c.execute(f\"\"\"\n        SELECT * FROM users\n        WHERE name = '{name}'\n    \"\"\")",
        "c.execute(\"\"\"\n        SELECT * FROM users\n        WHERE name = ?\n    \"\"\", (name,))",
    );
    check(
        r#"c.execute('SELECT * FROM users WHERE name = \'' + name + '\'')"#,
        r#"c.execute('SELECT * FROM users WHERE name = ?', (name,))"#,
    );
}

#[test]
fn sql_placeholders_follow_the_driver() {
    #[track_caller]
    fn check(import: &str, before: &str, after: &str) {
        let file = |body: &str| format!("{import}\n\ndef f(c, name):\n    {body}\n");
        check_file("a.py", &file(before), &file(after));
    }
    let before = r#"c.execute(f"SELECT * FROM t WHERE a LIKE 'x%' AND name = '{name}'")"#;
    check(
        "import psycopg2",
        before,
        r#"c.execute("SELECT * FROM t WHERE a LIKE 'x%%' AND name = %s", (name,))"#,
    );
    check(
        "from mysql import connector",
        before,
        r#"c.execute("SELECT * FROM t WHERE a LIKE 'x%%' AND name = %s", (name,))"#,
    );
    check("import asyncpg", before, r#"c.execute("SELECT * FROM t WHERE a LIKE 'x%' AND name = $1", name)"#);
    check(
        "import oracledb",
        before,
        r#"c.execute("SELECT * FROM t WHERE a LIKE 'x%' AND name = :1", (name,))"#,
    );
    check(
        "from sqlalchemy import text",
        r#"c.execute(text(f"SELECT * FROM t WHERE name = '{name}'"))"#,
        r#"c.execute(text("SELECT * FROM t WHERE name = :name").bindparams(name=name))"#,
    );
}

#[test]
fn sql_takes_the_driver_of_the_project() {
    let sink = ("b.py", "def f(c, name):\n    c.execute(f\"DELETE FROM t WHERE a = {name}\")\n");
    let fixes = run(&[("a.py", "import psycopg\n"), sink]);
    assert!(str::from_utf8(&fixes.files["b.py"]).unwrap().contains("%s\", (name,)"));
    assert!(fixes.results.functions_fixed[0].confidence_score < 0.9);
    assert!(run(&[("a.py", "import psycopg\n"), ("c.py", "import sqlite3\n"), sink]).files.is_empty());
}

#[test]
fn sql_takes_the_driver_that_a_manifest_lists() {
    const SCRIPT: &str = "exports.f = (db, a) => db.query(`SELECT b FROM t WHERE a = '${a}'`);\n";
    const PYTHON: &str = "def f(c, a):\n    c.execute(f\"SELECT b FROM t WHERE a = '{a}'\")\n";
    #[track_caller]
    fn check(manifest: &str, text: &str, expected: Result<&str, &str>) {
        let (sink, source) = if manifest.ends_with(".json") { ("b.js", SCRIPT) } else { ("b.py", PYTHON) };
        let fixes = run(&[(manifest, text), (sink, source)]);
        match expected {
            Ok(after) => assert!(
                str::from_utf8(&fixes.files[sink]).unwrap().contains(after),
                "{fixes:?}",
                fixes = fixes.files
            ),
            Err(reason) => {
                assert!(fixes.results.rejected[0].reason.contains(reason), "{:?}", fixes.results.rejected)
            }
        }
    }
    let package = |list: &str| format!("{{ \"name\": \"pg\", \"dependencies\": {{ {list} }} }}");
    check("package.json", &package(r#""mariadb": "^3.4.0""#), Ok("a = ?`, [a]"));
    check("web/package.json", &package(r#""pg": "8", "express": "5""#), Ok("a = $1`, [a]"));
    // Both take a query in the same way.
    check("package.json", &package(r#""mysql": "2", "mysql2": "3""#), Ok("a = ?`, [a]"));
    check("package.json", &package(r#""pg": "8", "mysql2": "3""#), Err("several"));
    check("package.json", &package(r#""pg": "8", "mssql": "11""#), Err("several"));
    check("package.json", &package(r#""better-sqlite3": "11""#), Err("takes this call"));
    check("package.json", &package(""), Err("names no database driver"));
    check("package.json", "{", Err("names no database driver"));
    check("node_modules/x/package.json", &package(r#""pg": "8""#), Err("names no database driver"));
    check("requirements.txt", "flask\npsycopg2-binary>=2.9 # the database\n", Ok("a = %s\", (a,)"));
    check("requirements-dev.txt", "mysqlclient\naiosqlite\n", Err("several"));
}

#[test]
fn sql_that_is_left_alone() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        check_refused("a.py", &format!("import sqlite3\n\ndef f(c, name, low):\n    {body}\n"), reason);
    }
    check(r#"c.execute(f"SELECT * FROM {name}")"#, "takes no parameter");
    check(r#"c.execute(f"SELECT * FROM t WHERE a IN ({name})")"#, "takes no parameter");
    check(r#"c.execute(f"SELECT * FROM t ORDER BY {name}")"#, "takes no parameter");
    check(r#"c.execute(f"SELECT * FROM t WHERE a = {name}_x")"#, "takes no parameter");
    check(r#"c.execute(f"SELECT * FROM t WHERE a = {name:>3}")"#, "another way");
    check(r#"c.execute(f"SELECT * FROM t WHERE a = '{name}' AND b = ?", (low,))"#, "other arguments");
    check("q = 'SELECT * FROM t '\n    if low: q += 'WHERE a = ' + name\n    c.execute(q)", "several");
    check("q = 'SELECT a FROM t WHERE a = ' + name\n    c.execute(q)\n    c.execute(q)", "used elsewhere");
    check("q = 'SELECT a FROM t WHERE a = ' + name\n    name = 1\n    c.execute(q)", "changes between");
    check(
        "if low:\n        q = 'SELECT a FROM t WHERE a = ' + name\n    else:\n        q = 'x'\n    c.execute(q)",
        "several",
    );
}

#[test]
fn sql_in_javascript() {
    #[track_caller]
    fn check(import: &str, before: &str, after: &str) {
        for path in ["a.js", "a.ts"] {
            let file = |body: &str| format!("{import}\nasync function f(db, req, done) {{\n  {body}\n}}\n");
            check_file(path, &file(before), &file(after));
        }
    }
    let pg = "import { Pool } from 'pg';";
    check(
        pg,
        "return db.query(`SELECT * FROM t WHERE a = '${req.query.a}' AND b = ${req.query.b}`);",
        "return db.query(`SELECT * FROM t WHERE a = $1 AND b = $2`, [req.query.a, req.query.b]);",
    );
    check(
        "const mysql = require('mysql2/promise');",
        r#"const sql = "SELECT * FROM t WHERE a = '" + req.body.a + "'"; return db.execute(sql);"#,
        r#"const sql = "SELECT * FROM t WHERE a = ?"; return db.execute(sql, [req.body.a]);"#,
    );
    check(
        "const sqlite3 = require('sqlite3').verbose();",
        "db.get('SELECT * FROM t WHERE a LIKE \"%' + req.query.a + '%\"', (error, row) => done(row));",
        "db.get('SELECT * FROM t WHERE a LIKE ?', [`%${req.query.a}%`], (error, row) => done(row));",
    );
    check(
        "import Database from 'better-sqlite3';",
        "return db.prepare(`SELECT * FROM t WHERE a = ${req.query.a}`).get();",
        "return db.prepare(`SELECT * FROM t WHERE a = ?`).get(req.query.a);",
    );
    check_refused(
        "a.js",
        "const a = require('pg');\nfunction f(db, t) { db.query(`DELETE FROM ${t}`); }\n",
        "no parameter",
    );
}

#[test]
fn yaml() {
    #[track_caller]
    fn check(path: &str, before: &str, after: &str) {
        check_file(path, before, after);
    }
    check("a.py", "import yaml\nx = yaml.load(y)\n", "import yaml\nx = yaml.safe_load(y)\n");
    check(
        "a.py",
        "import yaml\nx = yaml.load_all(y, Loader=yaml.FullLoader)\n",
        "import yaml\nx = yaml.safe_load_all(y)\n",
    );
    check("a.py", "from yaml import load\nx = load(y)\n", "from yaml import safe_load\nx = safe_load(y)\n");
    check(
        "a.py",
        "from yaml import load, Loader\nx = load(y, Loader)\nz = load(q, Loader)\n",
        "from yaml import safe_load, Loader\nx = safe_load(y)\nz = safe_load(q)\n",
    );
    check(
        "a.js",
        "const yaml = require('js-yaml');\nyaml.load(a, { schema: yaml.DEFAULT_FULL_SCHEMA });\n",
        "const yaml = require('js-yaml');\nyaml.load(a, { schema: yaml.DEFAULT_SAFE_SCHEMA });\n",
    );
}

#[test]
fn hashes() {
    #[track_caller]
    fn check(path: &str, before: &str, after: &str) {
        check_file(path, before, after);
    }
    check("a.py", "import hashlib\nx = hashlib.md5(y)\n", "import hashlib\nx = hashlib.sha256(y)\n");
    check(
        "a.py",
        "import hashlib as h\nx = h.new('sha1', y)\n",
        "import hashlib as h\nx = h.new('sha256', y)\n",
    );
    check("a.py", "from hashlib import md5\nx = md5(y)\n", "from hashlib import sha256\nx = sha256(y)\n");
    check(
        "a.py",
        "from Crypto.Hash import MD5\n\ndef f(x):\n    return MD5.new(x)\n",
        "from Crypto.Hash import SHA256\n\ndef f(x):\n    return SHA256.new(x)\n",
    );
    check(
        "a.js",
        "const crypto = require('crypto');\nexports.f = (x) => crypto.createHash(\"md5\").update(x);\n",
        "const crypto = require('crypto');\nexports.f = (x) => crypto.createHash(\"sha256\").update(x);\n",
    );
    check_refused("a.js", "const md5 = require('md5');\nmd5(x);\n", "another library");
}

#[test]
fn several_fixes_of_one_file_add_up() {
    let source = "import hashlib, sqlite3, yaml\n\ndef f(c, a):\n    c.execute(f'DELETE FROM t WHERE a = {a}')\n    \
                  return hashlib.md5(a), hashlib.md5(a), yaml.load(a)\n";
    let fixes = run(&[("a.py", source)]);
    let results = &fixes.results;
    let lines: Vec<_> = results.functions_fixed.iter().map(|fixed| fixed.rule_id.as_str()).collect();
    assert_eq!(lines, ["python.sql-injection", "python.weak-hash", "python.weak-hash", "python.unsafe-yaml"]);
    assert_eq!((results.files_modified, results.total_lines_changed), (1, 8));
    assert!((0.5..1.0).contains(&results.fix_confidence_average));
    assert!(results.functions_fixed[0].diff.contains("+    c.execute('DELETE FROM t WHERE a = ?', (a,))"));
    assert!(run(&[("a.py", str::from_utf8(&fixes.files["a.py"]).unwrap())]).files.is_empty());
}

#[test]
fn a_file_that_does_not_parse_is_left_alone() {
    let fixes = run(&[("a.py", "import hashlib\nx = hashlib.md5(y)\nif\n")]);
    assert!(fixes.files.is_empty());
    assert_eq!(fixes.results.rejected[0].reason, "parses");
}
