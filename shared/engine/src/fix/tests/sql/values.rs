//! What a value is in the SQL, and how it is handed over; whose handle it is.

use super::super::{check_file, check_refused, run};

/// A call in a file that imports its driver and Flask's request.
fn python(import: &str, call: &str) -> String {
    format!("from flask import request\n{import}\n\ndef f(c, x, y):\n    {call}\n")
}

fn script(import: &str, call: &str) -> String {
    format!("const handle = require('{import}');\n\nfunction f(db, req, id, low) {{\n  {call}\n}}\n")
}

#[test]
fn values_that_python_drivers_take() {
    #[track_caller]
    fn check(import: &str, before: &str, after: &str) {
        check_file("a.py", &python(import, before), &python(import, after));
    }
    check(
        "import pymysql",
        "c.execute(f\"SELECT * FROM t WHERE a = '{request.args['m']}' AND id = {x}\")",
        "c.execute(\"SELECT * FROM t WHERE a = %s AND id = %s\", (request.args['m'], str(x)))",
    );
    check(
        "import psycopg2",
        "c.execute(\"SELECT * FROM t WHERE code = '\" + str(len(request.args)) + \"' AND b = '\" + x + \"'\")",
        "c.execute(\"SELECT * FROM t WHERE code = %s AND b = %s\", (str(len(request.args)), str(x)))",
    );
    check(
        "import sqlite3",
        "c.execute(f\"UPDATE t SET a = '{x}', b = {y} WHERE c BETWEEN '{x}' AND '{y}' AND d IN ('{x}');\")",
        "c.execute(\"UPDATE t SET a = ?, b = ? WHERE c BETWEEN ? AND ? AND d IN (?);\", (x, y, x, y, x))",
    );
    check(
        "import sqlite3",
        "c.execute(f\"SELECT * FROM t WHERE a LIKE '%{request.args['m']}%' AND why = '?' LIMIT {int(y)}\")",
        "c.execute(\"SELECT * FROM t WHERE a LIKE ? AND why = '?' LIMIT ?\", (f\"%{request.args['m']}%\", int(y)))",
    );
    check(
        "import asyncpg",
        "c.fetch(f\"SELECT * FROM t WHERE id = {int(x)} AND a LIKE '{x}%'\")",
        "c.fetch(\"SELECT * FROM t WHERE id = $1 AND a LIKE $2\", int(x), f\"{x}%\")",
    );
}

#[test]
fn values_that_script_drivers_take() {
    #[track_caller]
    fn check(import: &str, before: &str, after: &str) {
        check_file("a.js", &script(import, before), &script(import, after));
    }
    // An object would become a condition of its own.
    check(
        "mysql2",
        "db.query(`SELECT * FROM t WHERE u = '${req.query.u}' AND p = '${req.query.p}' AND id = ${id}`);",
        "db.query(`SELECT * FROM t WHERE u = ? AND p = ? AND id = ?`, [String(req.query.u), String(req.query.p), String(id)]);",
    );
    check(
        "mysql",
        "db.query('SELECT * FROM t WHERE a = ' + req.query.a + ' LIMIT ' + parseInt(low));",
        "db.query('SELECT * FROM t WHERE a = ? LIMIT ?', [String(req.query.a), parseInt(low)]);",
    );
    check(
        "pg",
        "db.query(`INSERT INTO t (a, b) VALUES ('${req.body.a}', ${low})`);",
        "db.query(`INSERT INTO t (a, b) VALUES ($1, $2)`, [String(req.body.a), low]);",
    );
    let refused =
        |import: &str, call: &str, reason: &str| check_refused("a.js", &script(import, call), reason);
    refused("mysql", "db.query(`SELECT * FROM t WHERE note = 'why?' AND name = '${low}'`);", "already");
    refused("mysql2", "db.query(`SELECT * FROM t WHERE /* ? */ name = '${low}'`);", "comment");
    refused("knex", "db.raw(`SELECT * FROM t WHERE data ? 'k' AND name = '${low}'`);", "already");
    refused("mysql2", "db.query(`SELECT * FROM t WHERE a > ${low}`);", "an object's parts");
    refused(
        "mysql2",
        "db.execute(`SELECT * FROM t LIMIT ${Number(req.query.n)}, '${low}'`);",
        "no parameter",
    );
    refused(
        "mysql2",
        "db.execute(`SELECT * FROM t WHERE a = '${low}' LIMIT ${Number(low)}`);",
        "known to be",
    );
    refused(
        "mysql",
        "db.query(`SELECT * FROM t WHERE a = '${low}' AND b = ${db.escape(id)}`);",
        "escaped already",
    );
    refused(
        "pg",
        "db.query(`UPDATE t SET a = ${low ? 'NOW()' : 'NULL'}, b = '${id}'`);",
        "may be SQL itself",
    );
    refused("pg", "db.query(`SELECT * FROM t WHERE a = \"${low}\"`);", "name in the SQL is a value");
    refused("pg", "db.query(`SELECT * FROM t WHERE a = $$${low}$$`);", "already");
    refused("pg", "db.query(`SELECT * FROM t WHERE a = '${low}'; DELETE FROM u`);", "several statements");
    refused("pg", "db.query(`SELECT * FROM t WHERE a = '${low}'::uuid`);", "already");
}

#[test]
fn places_that_take_no_value() {
    #[track_caller]
    fn check(text: &str, reason: &str) {
        check_refused("a.py", &python("import sqlite3", &format!("c.execute(f\"{text}\")")), reason);
    }
    check("INSERT INTO attribute_values (name, {x}) VALUES ('{y}', 1)", "no parameter");
    check("INSERT INTO t (a) VALUES ('{x}') ON CONFLICT ({y}) DO NOTHING", "no parameter");
    check("INSERT INTO t (a, b) VALUES ({x})", "no parameter");
    check("INSERT INTO t VALUES ({x})", "may be several");
    check("INSERT INTO values ('{x}')", "no parameter");
    check("SELECT * FROM (SELECT * FROM t LIMIT 5) x ORDER BY a, {x}", "no parameter");
    check("SELECT * FROM t WHERE a = '{x}' ORDER BY {y}", "no parameter");
    check("SELECT * FROM t WHERE a = '{x}' COLLATE {y}", "no parameter");
    check("SELECT * FROM t LIMIT {x}", "known to be a number");
    check("SELECT * FROM t LIMIT 5, {x}", "no parameter");
    check("SELECT * FROM t WHERE a - {x} > 1", "no parameter");
    check("SELECT * FROM t WHERE length(a) > {x}", "no column");
    check("SELECT * FROM t WHERE a = {x} + 1", "no parameter");
    check("SELECT * FROM t WHERE a = x'{x}'", "no parameter");
    check("SELECT * FROM t WHERE a = t.{x}", "no parameter");
    check("SELECT CASE WHEN a THEN {x} ELSE b END FROM t", "no parameter");
    check("SELECT * FROM t WHERE d > date('now', '-{x} days')", "no parameter");
    check("SELECT * FROM t WHERE a LIKE {x}", "brings its own quotes");
    check("SELECT * FROM t WHERE a = '{x}' AND b = 'it''s' AND c = '''{y}'", "doubled quote");
    check("CREATE VIEW v AS SELECT * FROM t WHERE a = '{x}'", "reads or changes rows");
    check("ALTER TABLE t ADD b DEFAULT '{x}'", "reads or changes rows");
    check("SELECT $tag$ {x} $tag$ FROM t WHERE a = '{y}'", "already");
    check("SELECT * FROM t WHERE a = '{x}' -- why ?", "comment");
    check("SELECT * FROM t WHERE a = '{x}' AND b = ?", "already");
    check("SELECT * FROM t WHERE a = {x=}", "another way");
    check("SELECT * FROM t WHERE a = {x or 'NULL'}", "may be SQL itself");
    check("SELECT * FROM t WHERE a = {tuple(x)}", "may be SQL itself");
    check("SELECT * FROM t WHERE a > {request.args['col']}", "may be SQL itself");
    check("SELECT * FROM t WHERE a = '{x}' AND b = '{y.replace(chr(39), chr(39)*2)}'", "escaped already");
    check("SELECT * FROM t WHERE a = '{x}' AND b = '{connect().escape(y)}'", "escaped already");
    check("SELECT * FROM t WHERE a = '{x}' AND b = '{drivers[0].escape(y)}'", "escaped already");
    check("SELECT * FROM t WHERE a = '{x}' AND b = '{(one or two).escape(y)}'", "escaped already");
}

#[test]
fn signs_that_drivers_read() {
    #[track_caller]
    fn check(import: &str, call: &str, reason: &str) {
        check_refused("a.py", &python(import, call), reason);
    }
    check("import psycopg2", "c.execute(f\"SELECT * FROM t WHERE a LIKE 'x%' AND b = '{x}'\")", "already");
    check(
        "import pymysql",
        "c.execute(f\"SELECT * FROM t LIMIT {request.args['m']}\")",
        "known to be a number",
    );
    check("import pymysql", "c.execute(f\"SELECT * FROM t WHERE a > {x}\")", "an object's parts");
    check("import psycopg2", "c.execute(f\"SELECT * FROM t WHERE a = E'{x}'\")", "no parameter");
    check(
        "import psycopg2",
        "c.execute(f\"SELECT * FROM t WHERE d - interval '{x} days' > now()\")",
        "no parameter",
    );
    check(
        "import asyncpg",
        "c.fetch(f\"SELECT * FROM t WHERE id = {request.args['m']} LIMIT {int(x)}\")",
        "type",
    );
    check("import asyncpg", "c.fetch(f\"SELECT * FROM t WHERE created_at = '{x}'\")", "type");
    let text = "from sqlalchemy import text";
    check(text, "c.execute(text(f\"SELECT * FROM t WHERE a = {x}::int\"))", "already");
    check(
        text,
        "c.execute(text(f\"SELECT * FROM t WHERE a = '{x}' AND b = :value\").bindparams(value=1))",
        "already",
    );
    check(text, "c.execute(text(f\"SELECT * FROM t WHERE a = '{x}' AND b = ':y'\"))", "already");
    check(text, "c.execute(text(f\"SELECT * FROM t WHERE a = '{x}'\"), {})", "other arguments");
    check(
        "import sqlite3",
        "n = y.replace(\"'\", \"''\")\n    c.execute(f\"SELECT * FROM t WHERE a = '{x}' AND b = '{n}'\")",
        "escaped already",
    );
    check(
        "import sqlite3",
        "n = ', '.join(y)\n    c.execute(f\"INSERT INTO t (a) VALUES ({n})\")",
        "may be SQL itself",
    );
    check("import psycopg2", "str = x\n    c.execute(f\"SELECT * FROM t WHERE a = '{x}'\")", "is taken");
}

#[test]
fn the_maker_of_the_handle_says_the_driver() {
    let sink = "from flask import request\nfrom django.conf import settings\nfrom .db import get_conn\n\ndef f():\n    c = get_conn().cursor()\n    c.execute(f\"SELECT * FROM t WHERE a = '{request.args['m']}'\")\n";
    #[track_caller]
    fn check(files: &[(&str, &str)], path: &str, expected: Result<&str, &str>) {
        let fixes = run(files);
        match expected {
            Ok(part) => {
                let rejected = &fixes.results.rejected;
                let fixed = fixes.files.get(path).unwrap_or_else(|| panic!("{rejected:?}"));
                assert!(str::from_utf8(fixed).unwrap().contains(part), "{fixed:?}");
            }
            Err(reason) => {
                assert!(fixes.files.is_empty(), "{:?}", fixes.results.functions_fixed);
                let rejected = &fixes.results.rejected;
                assert!(rejected.iter().any(|one| one.reason.contains(reason)), "{rejected:?}");
            }
        }
    }
    let sqlite = ("app/db.py", "import sqlite3\n\ndef get_conn():\n    return sqlite3.connect('x.db')\n");
    check(&[("app/a.py", sink), sqlite], "app/a.py", Ok("a = ?\", (request.args['m'],)"));
    check(&[("app/a.py", sink), sqlite, ("requirements.txt", "psycopg2\n")], "app/a.py", Ok("a = ?\""));
    check(&[("app/a.py", sink)], "app/a.py", Err("the handle comes from a library"));
    let engine = (
        "app/db.py",
        "from sqlalchemy import create_engine\n\ndef get_conn():\n    return create_engine('x')\n",
    );
    let cache = ("cache.py", "import sqlite3\n");
    let project = ("pyproject.toml", "[project]\ndependencies = [\"psycopg2-binary\", \"sqlalchemy\"]\n");
    check(&[("app/a.py", sink), engine, cache, project], "app/a.py", Err("library that is not known"));
    let script = "exports.f = (db, a) => db.query(`SELECT b FROM t WHERE a = '${a}'`);\n";
    let package = |name: &str| format!("{{ \"dependencies\": {{ \"{name}\": \"1\" }} }}");
    let (mysql, vercel, pg) = (package("mysql2"), package("@vercel/postgres"), package("pg"));
    let mysql = ("a/package.json", mysql.as_str());
    check(
        &[mysql, ("b/package.json", &vercel), ("b/x.js", script)],
        "b/x.js",
        Err("library that is not known"),
    );
    check(&[mysql, ("b/package.json", &pg), ("b/x.js", script)], "b/x.js", Ok("a = $1`"));
    check(&[mysql, ("a/y.js", "require('pg');\n"), ("a/x.js", script)], "a/x.js", Err("several"));
    let pool = ("lib/db.js", "const { Pool } = require('pg');\nmodule.exports = new Pool();\n");
    let user = "const db = require('../lib/db');\nexports.f = (a) => db.query(`SELECT b FROM t WHERE a = '${a}'`);\n";
    check(&[pool, ("web/x.js", user)], "web/x.js", Ok("a = $1`"));
    let user = "const db = require('promise-mysql');\nexports.f = (a) => db.query(`SELECT b FROM t WHERE a = '${a}'`);\n";
    check(&[("x.js", user), ("package.json", &pg)], "x.js", Err("not known"));
}
