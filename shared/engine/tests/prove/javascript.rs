//! Fixes of JavaScript.

use super::case::check_proved;

#[track_caller]
fn javascript(cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    check_proved("app.js", cwe, function, frame, weak, fixed);
}

#[test]
fn sql_in_javascript() {
    javascript(
        "CWE-89",
        "find",
        "async function find(db, slug) {\n  const rows = await db.query(HERE); // SINK\n  return rows.length > 0 ? rows[0].target : null;\n}\nmodule.exports = { find };\n",
        "`SELECT target FROM links WHERE slug = '${slug}'`",
        "'SELECT target FROM links WHERE slug = ?', [slug]",
    );
    javascript(
        "CWE-89",
        "Users.find",
        "const { Pool } = require('pg');\nclass Users {\n  constructor() { this.pool = new Pool(); }\n  async find(name) {\n    return this.pool.query(HERE); // SINK\n  }\n}\nmodule.exports = Users;\n",
        "\"SELECT * FROM users WHERE name = '\" + name + \"'\"",
        "{ text: 'SELECT * FROM users WHERE name = $1', values: [name] }",
    );
}

#[test]
fn commands_in_javascript() {
    // A handler without a name.
    javascript(
        "CWE-78",
        "",
        "const express = require('express');\nconst { exec, execFile } = require('node:child_process');\nconst app = express();\napp.get('/ping', (req, res) => {\n  HERE, (error, out) => res.send(out)); // SINK\n});\n",
        "exec('ping ' + req.query.host",
        "execFile('ping', [req.query.host]",
    );
}

#[test]
fn paths_in_javascript() {
    javascript(
        "CWE-22",
        "read",
        "const fs = require('node:fs');\nconst path = require('node:path');\nconst read = (name) => {\n  const full = path.resolve('/srv/files', name);\n  HERE\n  return fs.readFileSync(full, 'utf8'); // SINK\n};\n",
        "",
        "if (!full.startsWith('/srv/files/')) throw new Error('outside');",
    );
    check_proved(
        "app.mjs",
        "CWE-22",
        "read",
        "import { readFile } from 'node:fs/promises';\nimport path from 'node:path';\nexport async function read(name) {\n  return readFile(path.join('/srv/files', HERE)); // SINK\n}\n",
        "name",
        "path.basename(name)",
    );
}

#[test]
fn pages_redirects_and_weak_functions_in_javascript() {
    javascript(
        "CWE-79",
        "show",
        "const escape = (text) => text.replace(/</g, '&lt;');\nexports.show = (req, res) => {\n  res.send('<h1>' + HERE + '</h1>'); // SINK\n};\n",
        "req.query.q",
        "escape(req.query.q)",
    );
    javascript(
        "CWE-79",
        "show",
        "exports.show = (req, res) => {\n  const escapeHtml = (value) => String(value).replace(/[&<>\"']/g, (c) => `&#${c.charCodeAt(0)};`);\n  res.send('<h1>' + HERE + '</h1>'); // SINK\n};\n",
        "req.query.q",
        "escapeHtml(req.query.q)",
    );
    // Escaped, but where that does not help.
    javascript(
        "CWE-79",
        "show",
        "exports.show = (req, res) => {\n  const escapeHtml = (value) => String(value).replace(/[&<>\"']/g, (c) => `&#${c.charCodeAt(0)};`);\n  const q = escapeHtml(req.query.q);\n  res.send(HERE); // SINK\n};\n",
        "`<script>var q = ${q};</script>`",
        "`<p title=\"${q}\">x</p>`",
    );
    javascript(
        "CWE-601",
        "after",
        "function after(req, res) {\n  const to = req.query.next;\n  HERE\n  res.redirect(to); // SINK\n}\n",
        "",
        "if (!/^\\/[^/\\\\]/.test(to)) return res.redirect('/');",
    );
    javascript(
        "CWE-328",
        "slug",
        "const crypto = require('crypto');\nfunction slug(text) {\n  return crypto.createHash('HERE').update(text).digest('hex'); // SINK\n}\n",
        "md5",
        "sha256",
    );
    javascript(
        "CWE-338",
        "token",
        "const crypto = require('node:crypto');\nfunction token() {\n  return HERE; // SINK\n}\n",
        "Math.random().toString(36)",
        "crypto.randomBytes(8).toString('hex')",
    );
}
