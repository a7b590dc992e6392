//! JavaScript's and TypeScript's templates: what is there before, and after.

use super::check_file;

/// A route under `imports`.
#[track_caller]
fn check(imports: &str, before: &str, new_imports: &str, after: &str) {
    let file = |imports: &str, body: &str| {
        format!(
            "{imports}\nconst express = require('express');\nconst app = express();\napp.get('/x', (req, res) => {{\n  {body}\n}});\n"
        )
    };
    let new_imports = if new_imports.is_empty() { imports.to_owned() } else { new_imports.to_owned() };
    for path in ["a.js", "a.ts"] {
        check_file(path, &file(imports, before), &file(&new_imports, after));
    }
}

#[test]
fn commands() {
    check(
        "const { exec } = require('child_process');",
        "exec(`ping -c 1 ${req.query.host}`, (error, out) => res.json(out));",
        "const { exec, execFile } = require('child_process');",
        "execFile('ping', ['-c', '1', req.query.host], (error, out) => res.json(out));",
    );
    check(
        "const cp = require('node:child_process');",
        "cp.execSync('ls --in=' + req.query.dir, { cwd: '/' });",
        "",
        "cp.execFileSync('ls', [`--in=${req.query.dir}`], { cwd: '/' });",
    );
    check(
        "const { spawn } = require('child_process');",
        "spawn(`ping ${req.query.host}`, { shell: true });",
        "",
        "spawn('ping', [req.query.host], { shell: false });",
    );
    // Arguments must be text.
    check(
        "const { execSync } = require('child_process');",
        "execSync(`head -n ${req.body.n} ${req.query.f}`);",
        "const { execSync, execFileSync } = require('child_process');",
        "execFileSync('head', ['-n', String(req.body.n), req.query.f]);",
    );
    check_file(
        "a.mjs",
        "import { exec } from 'child_process';\nimport express from 'express';\nconst app = express();\napp.get('/x', (req, res) => { exec('ping ' + req.query.h); });\n",
        "import { exec, execFile } from 'child_process';\nimport express from 'express';\nconst app = express();\napp.get('/x', (req, res) => { execFile('ping', [req.query.h]); });\n",
    );
}

#[test]
fn html() {
    check(
        "const escapeHtml = require('escape-html');",
        "res.send(`<p>${req.query.name}</p>`);",
        "",
        "res.send(`<p>${escapeHtml(req.query.name)}</p>`);",
    );
    check(
        "const _ = require('lodash');",
        "const html = '<p>' + req.query.name + '</p>';\n  res.send(html);",
        "",
        "const html = '<p>' + _.escape(req.query.name) + '</p>';\n  res.send(html);",
    );
    check_file(
        "a.js",
        "const name = location.hash;\ndocument.getElementById('a').innerHTML = name;\n",
        "const name = location.hash;\ndocument.getElementById('a').textContent = name;\n",
    );
    check_file(
        "a.js",
        "const nunjucks = require('nunjucks');\nnunjucks.configure('views', { autoescape: false });\n",
        "const nunjucks = require('nunjucks');\nnunjucks.configure('views', { autoescape: true });\n",
    );
}

#[test]
fn paths() {
    check(
        "const fs = require('fs');\nconst path = require('path');\nconst ROOT = '/srv';",
        "fs.readFile(path.join(ROOT, req.query.name), (error, data) => res.end(data));",
        "",
        "const filePath = path.join(ROOT, req.query.name);\n  if (!path.resolve(filePath).startsWith(path.resolve(ROOT) + path.sep)) {\n    throw new Error('the path leads outside its folder');\n  }\n  fs.readFile(filePath, (error, data) => res.end(data));",
    );
    let file = |import: &str, guard: &str| {
        format!(
            "const app = require('express')();\n{import}app.get('/x', (req, res) => {{\n  const file = `/srv/files/${{req.query.name}}`;\n{guard}  res.sendFile(file);\n}});\n"
        )
    };
    check_file(
        "a.js",
        &file("", ""),
        &file(
            "const path = require('path');\n",
            "  if (!path.resolve(file).startsWith(path.resolve('/srv/files') + path.sep)) {\n    throw new Error('the path leads outside its folder');\n  }\n",
        ),
    );
}

#[test]
fn redirects() {
    check(
        "const x = 1;",
        "res.redirect(req.query.next);",
        "",
        "res.redirect(/^\\/(?![/\\\\])[^\\s\\\\]*$/.test(req.query.next) ? req.query.next : '/');",
    );
    check(
        "const x = 1;",
        "res.redirect(302, req.query.next || '/home');",
        "",
        "const target = req.query.next || '/home';\n  res.redirect(302, /^\\/(?![/\\\\])[^\\s\\\\]*$/.test(target) ? target : '/');",
    );
}

#[test]
fn settings() {
    check_file(
        "a.js",
        "const https = require('https');\nconst agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true });\n",
        "const https = require('https');\nconst agent = new https.Agent({ rejectUnauthorized: true, keepAlive: true });\n",
    );
    check_file(
        "a.js",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '1';\n",
    );
    check(
        "const x = 1;",
        "res.cookie('a', 'b');",
        "",
        "res.cookie('a', 'b', { secure: true, sameSite: 'lax' });",
    );
    check(
        "const x = 1;",
        "res.cookie('a', 'b', { secure: false, httpOnly: false, sameSite: 'strict' });",
        "",
        "res.cookie('a', 'b', { secure: true, httpOnly: true, sameSite: 'strict' });",
    );
    check(
        "const session = require('express-session');",
        "app.use(session({ cookie: { secure: false } }));",
        "",
        "app.use(session({ cookie: { secure: true } }));",
    );
    check(
        "const libxml = require('libxmljs');",
        "libxml.parseXml(req.body, { noent: true, noblanks: true });",
        "",
        "libxml.parseXml(req.body, { noent: false, noblanks: true });",
    );
    check_file(
        "a.js",
        "const fs = require('fs');\nfs.chmodSync('a', 0o777);\n",
        "const fs = require('fs');\nfs.chmodSync('a', 0o700);\n",
    );
    check_file(
        "a.js",
        "const crypto = require('crypto');\ncrypto.generateKeyPairSync('rsa', { modulusLength: 1024 });\n",
        "const crypto = require('crypto');\ncrypto.generateKeyPairSync('rsa', { modulusLength: 2048 });\n",
    );
}

#[test]
fn numbers_that_nobody_foresees() {
    check_file(
        "a.js",
        "const crypto = require('crypto');\nconst token = Math.random().toString(36);\n",
        "const crypto = require('crypto');\nconst token = (crypto.randomInt(2 ** 47) / 2 ** 47).toString(36);\n",
    );
    check_file(
        "a.js",
        "const { randomInt } = require('crypto');\nfunction f(chars) {\n  const password = chars[Math.floor(Math.random() * chars.length)];\n  return password;\n}\n",
        "const { randomInt } = require('crypto');\nfunction f(chars) {\n  const password = chars[randomInt(chars.length)];\n  return password;\n}\n",
    );
    // In a page there are no modules of Node.
    check_file(
        "a.ts",
        "export function f() {\n  const token = Math.random().toString(36);\n  return token;\n}\n",
        "export function f() {\n  const token = (crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32).toString(36);\n  return token;\n}\n",
    );
}

#[test]
fn queries() {
    check(
        "const xpath = require('xpath');",
        "const nodes = xpath.select(`//user[@name='${req.query.n}']`, doc);",
        "",
        "const nodes = xpath.parse('//user[@name=$n]').select({ node: doc, variables: { n: req.query.n } });",
    );
    check(
        "const ldap = require('ldapjs');\nconst escape = require('ldap-escape');\nconst client = ldap.createClient({ url: 'ldap://x' });",
        "client.search('dc=x', { filter: `(uid=${req.query.u})` }, () => {});",
        "",
        "client.search('dc=x', { filter: `(uid=${escape.filter`${req.query.u}`})` }, () => {});",
    );
}

#[test]
fn secrets() {
    let before = "const jwt = require('jsonwebtoken');\nconst config = { host: 'db', dbPassword: 'Tr0ub4dor3' };\nexports.f = (a) => jwt.sign({ a }, 'k3yk3yk3y');\n";
    let after = |cast: &str| {
        format!(
            "const jwt = require('jsonwebtoken');\nconst config = {{ host: 'db', dbPassword: process.env.DB_PASSWORD{cast} }};\nexports.f = (a) => jwt.sign({{ a }}, process.env.JSONWEBTOKEN_SECRET{cast});\n"
        )
    };
    check_file("a.js", before, &after(""));
    check_file("a.ts", before, &after(" as string"));
}
