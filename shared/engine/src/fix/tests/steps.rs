//! SQL text that several statements make, and a temporary file by its name.

use super::{check_file, check_refused};

#[track_caller]
fn python(before: &str, after: &str) {
    let file = |body: &str| {
        let body = body.replace('\n', "\n    ");
        format!("import sqlite3\n\ndef f(c, name, low, other):\n    {body}\n")
    };
    check_file("a.py", &file(before), &file(after));
}

#[track_caller]
fn not_in_python(body: &str, reason: &str) {
    let body = body.replace('\n', "\n    ");
    check_refused("a.py", &format!("import sqlite3\n\ndef f(c, name, low, other):\n    {body}\n"), reason);
}

#[track_caller]
fn script(before: &str, after: &str) {
    let file = |body: &str| {
        let body = body.replace('\n', "\n  ");
        format!("const mysql = require('mysql2');\n\nfunction f(db, name, low) {{\n  {body}\n}}\n")
    };
    check_file("a.js", &file(before), &file(after));
}

#[test]
fn text_in_steps() {
    python(
        "q = \"SELECT * FROM t WHERE name = '\" + name + \"'\"\nq += \" AND low > \" + str(low)\nq += \" ORDER BY name\"\nc.execute(q)",
        "q = \"SELECT * FROM t WHERE name = ?\"\nq += \" AND low > ?\"\nq += \" ORDER BY name\"\nc.execute(q, (name, low))",
    );
    python(
        "q = \"SELECT * FROM t\"\nq = q + \" WHERE name = '\" + name + \"'\"\nprint(q)\nc.execute(q)",
        "q = \"SELECT * FROM t\"\nq = q + \" WHERE name = ?\"\nprint(q)\nc.execute(q, (name,))",
    );
    python(
        "q = f\"SELECT * FROM t WHERE name = '{name}\"\nq += f\"' AND low = {low}\"\nwith c:\n    c.execute(q)",
        "q = \"SELECT * FROM t WHERE name = ?\"\nq += \" AND low = ?\"\nwith c:\n    c.execute(q, (name, low))",
    );
    script(
        "let q = `SELECT * FROM t WHERE name = '${name}'`;\nq += ' AND low > ' + Number(low);\nq = q + ' LIMIT 1';\ndb.query(q);",
        "let q = `SELECT * FROM t WHERE name = ?`;\nq += ' AND low > ?';\nq = q + ' LIMIT 1';\ndb.query(q, [String(name), Number(low)]);",
    );
}

#[test]
fn text_that_depends_is_left() {
    let start = "q = \"SELECT * FROM t WHERE name = '\" + name + \"'\"\n";
    not_in_python(
        &format!("{start}if low:\n    q += \" AND low > \" + low\nc.execute(q)"),
        "in several steps",
    );
    not_in_python(
        &format!("{start}for x in low:\n    q += \" AND low > \" + x\nc.execute(q)"),
        "in several steps",
    );
    not_in_python(&format!("{start}q += other(q)\nc.execute(q)"), "in several steps");
    not_in_python(&format!("{start}q += low\nc.execute(q)"), "put together in another way");
    not_in_python(&format!("{start}q += low + \" \"\nc.execute(q)"), "takes no parameter");
    not_in_python(&format!("{start}other(q)\nq += \" LIMIT \" + low\nc.execute(q)"), "used elsewhere too");
    not_in_python(&format!("{start}name = low\nq += \" AND low = \" + low\nc.execute(q)"), "a value changes");
    not_in_python(
        &format!("if low:\n    {start}    q += \" LIMIT \" + low\nc.execute(q)"),
        "in several steps",
    );
}
