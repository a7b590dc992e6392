//! SQL text becomes constant, or the fix says why not.

mod values;

use super::{check_file, check_refused, run};

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
        r#"c.execute(f"SELECT * FROM users WHERE age > {low} AND name = {name!s} LIMIT {int(other)}")"#,
        r#"c.execute("SELECT * FROM users WHERE age > ? AND name = ? LIMIT ?", (low, name, int(other)))"#,
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
    let before = r#"c.execute(f"SELECT * FROM t WHERE a LIKE 'x_' AND name = '{name}'")"#;
    let after = |mark: &str, values: &str| {
        format!(r#"c.execute("SELECT * FROM t WHERE a LIKE 'x_' AND name = {mark}", {values})"#)
    };
    check("import sqlite3", before, &after("?", "(name,)"));
    // Elsewhere a number would not be compared as the text that it was.
    check("import psycopg2", before, &after("%s", "(str(name),)"));
    check("from mysql import connector", before, &after("%s", "(str(name),)"));
    check("import asyncpg", before, &after("$1", "str(name)"));
    check("import oracledb", before, &after(":1", "(str(name),)"));
    check(
        "from sqlalchemy import text",
        r#"c.execute(text(f"SELECT * FROM t WHERE name = '{name}'"))"#,
        r#"c.execute(text("SELECT * FROM t WHERE name = :name").bindparams(name=str(name)))"#,
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
    check("package.json", &package(r#""mariadb": "^3.4.0""#), Ok("a = ?`, [String(a)]"));
    check("package.json", &package(r#""pg": "8", "express": "5""#), Ok("a = $1`, [String(a)]"));
    // Both take a query in the same way.
    check("package.json", &package(r#""mysql": "2", "mysql2": "3""#), Ok("a = ?`, [String(a)]"));
    check("package.json", &package(r#""pg": "8", "mysql2": "3""#), Err("several"));
    check("package.json", &package(r#""pg": "8", "mssql": "11""#), Err("library that is not known"));
    check("package.json", &package(r#""@vercel/postgres": "1""#), Err("library that is not known"));
    check("package.json", &format!("\u{feff}{}", package(r#""pg": "8""#)), Ok("a = $1`, [String(a)]"));
    check("web/package.json", &package(r#""pg": "8""#), Err("names no database driver"));
    check("package.json", &package(r#""better-sqlite3": "11""#), Err("takes this call"));
    check("package.json", &package(""), Err("names no database driver"));
    check("package.json", "{", Err("cannot be read"));
    check("node_modules/x/package.json", &package(r#""pg": "8""#), Err("names no database driver"));
    check("requirements.txt", "flask\npsycopg2-binary>=2.9 # the database\n", Ok("a = %s\", (str(a),)"));
    check("requirements.txt", "Psycopg2_Binary\n", Ok("a = %s\", (str(a),)"));
    check("requirements.txt", "cx_oracle\n", Ok("a = :1\", (str(a),)"));
    check("requirements/base.txt", "psycopg2\n", Ok("a = %s\", (str(a),)"));
    check("requirements.txt", "-r ../other.txt\npsycopg2\n", Err("cannot be read"));
    check("requirements.txt", "psycopg2\ngit+https://a.b/pymssql\n", Err("library that is not known"));
    check(
        "pyproject.toml",
        "[project]\ndependencies = [\"psycopg2-binary>=2\"]\n",
        Ok("a = %s\", (str(a),)"),
    );
    check("pyproject.toml", "[project]\ndependencies = [\"psycopg2\", \"sqlalchemy\"]\n", Err("not known"));
    check("Pipfile", "[packages]\naiosqlite = \"*\"\n", Ok("a = ?\", (a,)"));
    check("setup.py", "setup(install_requires=['pymssql'])\n", Err("library that is not known"));
    check("setup.cfg", "install_requires =\n    asyncpg\n", Ok("a = $1\", str(a)"));
    check("requirements-dev.txt", "mysqlclient\naiosqlite\n", Err("several"));
}

#[test]
fn sql_that_is_left_alone() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        check_refused("a.py", &format!("import sqlite3\n\ndef f(c, name, low):\n    {body}\n"), reason);
    }
    check(r#"c.execute(f"SELECT * FROM {name}")"#, "takes no parameter");
    check(r#"c.execute(f"SELECT * FROM t WHERE a IN ({name})")"#, "or is several");
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
        "return db.query(`SELECT * FROM t WHERE a = $1 AND b = $2`, [String(req.query.a), req.query.b]);",
    );
    check(
        "const mysql = require('mysql2/promise');",
        r#"const sql = "SELECT * FROM t WHERE a = '" + req.body.a + "'"; return db.execute(sql);"#,
        r#"const sql = "SELECT * FROM t WHERE a = ?"; return db.execute(sql, [String(req.body.a)]);"#,
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
