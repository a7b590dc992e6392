//! JavaScript's HTML: what is escaped, with what, and what is left alone.

use super::{check_file, check_refused, run};

const LINE: &str =
    r#"const escapeHtml = (value) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);"#;

/// A handler with `head` above it.
fn file(head: &str, body: &str) -> String {
    format!("{head}module.exports.show = function (req, res) {{\n  {body}\n}};\n")
}

/// A handler whose body gets the line above it, in JavaScript and in TypeScript.
#[track_caller]
fn check(head: &str, before: &str, after: &str) {
    let after = file(head, &format!("{LINE}\n  {after}"));
    check_file("a.js", &file(head, before), &after);
    let typed = after.replace("escapeHtml = (value) =>", "escapeHtml = (value: unknown) =>");
    check_file("a.ts", &file(head, before), &typed);
}

#[track_caller]
fn refused(head: &str, body: &str, reason: &str) {
    check_refused("a.js", &file(head, body), reason);
}

const SENT: &str = "res.send(\"<h1>\" + req.query.q + \"</h1>\");";
const ESCAPED: &str = "res.send(\"<h1>\" + escapeHtml(req.query.q) + \"</h1>\");";

/// A name that another function gives another value is no number.
#[test]
fn what_is_assigned_elsewhere_is_not_trusted() {
    let shown = "res.send(\"<p>\" + count + \"</p>\" + req.query.q);";
    let head = "let count = 0;\n";
    check(head, shown, "res.send(\"<p>\" + count + \"</p>\" + escapeHtml(req.query.q));");
    let head = format!("{head}function take(req) {{ count = req.query.count; }}\n");
    let fixes = run(&[("a.js", &file(&head, shown))]);
    let fixed = fixes.files.get("a.js").map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(fixed.is_none_or(|text| text.contains("escapeHtml(count)")), "{:?}", fixes.results);
}

#[test]
fn values_are_escaped_where_they_are_shown() {
    check("", SENT, ESCAPED);
    check("", "res.send(`Hello ${req.query.q}`);", "res.send(`Hello ${escapeHtml(req.query.q)}`);");
    check(
        "",
        "const { q } = req.query;\n  res.send(`<title>${q}</title><p title='${q}'>${q.trim()}</p>`);",
        "const { q } = req.query;\n  res.send(`<title>${escapeHtml(q)}</title><p title='${escapeHtml(q)}'>${escapeHtml(q.trim())}</p>`);",
    );
    check(
        "const OPEN = '<p>';\n",
        "const name = req.query.q || 'nobody';\n  const html = OPEN + name + '</p>';\n  res.send(html);",
        "const name = req.query.q || 'nobody';\n  const html = OPEN + escapeHtml(name) + '</p>';\n  res.send(html);",
    );
    check(
        "",
        "const inner = `<b>${req.query.q}</b>`;\n  res.send(`<p>${inner}</p>`);",
        "const inner = `<b>${escapeHtml(req.query.q)}</b>`;\n  res.send(`<p>${inner}</p>`);",
    );
    check(
        "",
        "res.set('Content-Type', 'text/html');\n  res.send(`<p>${req.query.q}</p>`);",
        "res.set('Content-Type', 'text/html');\n  res.send(`<p>${escapeHtml(req.query.q)}</p>`);",
    );
}

#[test]
fn places_where_escaping_does_not_help() {
    #[track_caller]
    fn check(body: &str) {
        let head = "const LANG = 'en';\nconst OPEN = \"<script>var n = '\";\n";
        refused(head, &format!("const n = req.query.n;\n  {body}"), "escaping does not help");
    }
    check("res.send(OPEN + n + \"'</script>\");");
    check("res.send(`<script>var l=\"${LANG}\"; var n=${n};</script>`);");
    check("res.send(`<div class=${LANG} id=${n}>x</div>`);");
    check("res.send(`<a onclick='a(); x=\"${n}\"'>x</a>`);");
    check("res.send(`<svg><a xlink:href=\"${n}\">x</a></svg>`);");
    check("res.send(`<iframe sandbox srcdoc=\"<p>${n}</p>\"></iframe>`);");
    check("res.send(`<meta http-equiv=\"refresh\" content=\"0;url=${n}\">`);");
    check("res.send('<!-- ' + n + ' --><p>x</p>');");
    check("res.send('<script>' + '/* <b></script */ var a = ' + n);");
    check("const html = '<a href=\"' + n + '\">x</a>';\n  res.send(html);");
}

#[test]
fn what_may_be_markup_is_left() {
    #[track_caller]
    fn check(body: &str, reason: &str) {
        let head = "const marked = require('marked');\nconst rows = (r) => r.map((x) => `<li>${x}</li>`).join('');\nconst layout = (title, body) => `<title>${title}</title>${body}`;\n";
        refused(head, &format!("const n = req.query.n;\n  {body}"), reason);
    }
    let made = "may be markup";
    check("res.send('<ul>' + n.map((i) => `<li>${i}</li>`).join('') + '</ul>');", made);
    check("res.send('<ul>' + rows(n) + '</ul>');", made);
    check("res.send(`<div>${marked.parse(n)}</div>`);", made);
    check("const html = marked.parse(n);\n  res.send(`<div>${html}</div>`);", made);
    check("res.send(`<p>${n ? `<b>${n}</b>` : ''}</p>`);", made);
    check("res.send(layout('x', `<h1>${n}</h1>`));", "");
    check("const html = n == null ? '<p>none</p>' : `<p>${n}</p>`;\n  res.send(html);", made);
    check("let body;\n  if (n) body = `<p>${n}</p>`;\n  else body = '<p>none</p>';\n  res.send(body);", made);
    check(
        "let list = '';\n  for (const x of n) {\n    list = list + `<li>${x}</li>`;\n  }\n  res.send(`<ul>${list}</ul>`);",
        made,
    );
    check("let html = '<script>var n = ';\n  html += n;\n  html += '</script>';\n  res.send(html);", made);
    check("let html = '<div onclick=\"';\n  html += n;\n  html += '\">x</div>';\n  res.send(html);", made);
    check("const parts = ['<p>'];\n  parts.push(n);\n  res.send(parts.join(''));", "markup as a whole");
    check("document.body.innerHTML = rows(n);", made);
    check("res.send('<p>' + (1 + n) + '</p>');", "before they are text");
    check("res.send(`${head()}<p>${n}</p>`);", "what stands before");
}

#[test]
fn answers_that_may_be_no_html_are_left() {
    refused("", "res.send(req.body);", "no text is written beside");
    refused("", "res.send(req.query);", "no text is written beside");
    refused("", "const { q } = req.query;\n  res.send(q);", "no text is written beside");
    refused("", "const q = req.query.n;\n  res.send(`{\"q\": \"${q}\"}`);", "looks like JSON");
    let plain = "res.set(\"Content-Type\", \"text/plain\");\n  res.send(`hello ${req.query.n}`);";
    refused("", plain, "something else than HTML");
    let outer = "res.type('json');\n  db.all((rows) => {\n    res.send(`hello ${req.query.n}`);\n  });";
    refused("", outer, "something else than HTML");
    let format = "res.format({ text: () => res.send(`hello ${req.query.n}`), html: () => res.send('<p>') });";
    refused("", format, "something else than HTML");
    refused("", "res.write('<script>');\n  res.write(`var n = ${req.query.n}`);", "several steps");
}

#[test]
fn own_functions_must_be_seen_to_escape() {
    let own = |name: &str, body: &str| format!("function {name}(text) {{\n  return {body};\n}}\n\n");
    let all = own("escapeHtml", "text.replace(/[<>&\"']/g, \"\")");
    // Without a text, such as for a query that is missing, it would fail.
    let given = ESCAPED.replace("req.query.q", "String(req.query.q)");
    check_file(
        "a.js",
        &file(
            &own("escapeHtml", r#"String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)"#),
            SENT,
        ),
        &file(
            &own("escapeHtml", r#"String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)"#),
            ESCAPED,
        ),
    );
    let five = own(
        "escapeHTML",
        r#"text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;")"#,
    );
    check_file("a.js", &file(&five, SENT), &file(&five, &given.replace("escapeHtml", "escapeHTML")));
    // Some marks only, a promise, another file's: the line comes in, and means itself in the handler.
    for other in [
        own("escapeHtml", "text.replace(/&/g, '&amp;').replace(/</g, '&lt;')"),
        own("escapeHtml", "text + ''"),
        all.replace("/g", "/"),
        format!("async {five}").replace("escapeHTML", "escapeHtml"),
        "const { escapeHtml } = require('./util');\n\n".to_owned(),
    ] {
        check_file("a.js", &file(&other, SENT), &file(&other, &format!("{LINE}\n  {ESCAPED}")));
    }
}

/// Each handler gets its own line: one inside another is of no use to it.
#[test]
fn every_handler_has_its_line() {
    let handlers = |body: &str| {
        let one = |n: usize| format!("app.get('/{n}', (req, res) => {{\n  {body}\n}});\n");
        let all: String = (0..7).map(one).collect();
        format!("const app = require('express')();\n{all}")
    };
    check_file("a.js", &handlers(SENT), &handlers(&format!("{LINE}\n  {ESCAPED}")));
    let twice = format!("if (req.query.a) {{\n    {SENT}\n  }}\n  {SENT}");
    check_file(
        "a.js",
        &file("", &twice),
        &file("", &format!("{LINE}\n  {}", twice.replace("req.query.q", "escapeHtml(req.query.q)"))),
    );
    // A handler's own function, weak as it is, is nobody else's.
    let weak = "const escapeHtml = (s) => s.replace(/</g, '&lt;');\n  res.send(\"<p>\" + escapeHtml(req.query.q) + \"</p>\");";
    let fixes = run(&[("a.js", &format!("{}{}", file("", weak), file("", SENT)))]);
    let fixed = str::from_utf8(&fixes.files["a.js"]).unwrap();
    assert!(fixed.ends_with(&file("", &format!("{LINE}\n  {ESCAPED}"))), "{fixed}");
}

/// Packages that take text only are given text.
#[test]
fn packages_are_given_what_they_take() {
    check_file(
        "a.js",
        &file("const he = require('he');\n", SENT),
        &file(
            "const he = require('he');\n",
            &ESCAPED.replace("escapeHtml(req.query.q)", "he.encode(String(req.query.q))"),
        ),
    );
    refused(
        "const he = require('he');\n",
        "res.send(`<script>var n=${req.query.n};</script>`);",
        "does not help",
    );
}

#[test]
fn pythons_values_are_escaped_where_they_are_shown() {
    #[track_caller]
    fn check(body: &str) {
        let head = "from flask import Flask, request\napp = Flask(__name__)\n\n\n@app.route('/')\ndef f():\n    n = request.args['n']\n";
        check_refused("a.py", &format!("{head}    {body}\n"), "escaping does not help");
    }
    check("return f\"<script>var n = '{n}'</script>\"");
    check("return '<a href=\"%s\">x</a>' % n");
    check("return '<div onclick=\"' + n + '\">x</div>'");
    check(
        "page = '<script>var n = '\n    page += '<b>' + n + '</b>'\n    page += '</script>'\n    return page",
    );
}
