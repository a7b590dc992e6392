//! Files that nobody writes but whoever wants an analysis to hang: each shape grows to the size asked for.
//!
//! Shared by the benchmark, the example that writes them to disk, and the test that they all come to an end.

use std::fmt::Write as _;

/// A file by its name, and its text.
pub(crate) type Shape = (String, String);

/// Every shape in every language it can be written in, each of about `size` bytes.
pub(crate) fn shapes(size: usize) -> Vec<Shape> {
    let mut all = python(size);
    for extension in ["js", "ts"] {
        let named = script(size).into_iter().map(|(name, text)| (format!("{name}.{extension}"), text));
        all.extend(named);
    }
    all.extend(typescript(size));
    all
}

#[expect(clippy::too_many_lines, reason = "a table of shapes")]
fn python(size: usize) -> Vec<Shape> {
    let shapes: Vec<(&str, String)> = vec![
        ("brackets", nested("(", "x", ")", size / 2)),
        ("brackets-open", "(".repeat(size)),
        ("brackets-below-limit", lines(size, |_| nested("(", "x", ")", 190))),
        ("nested-calls", lines(size, |_| nested("f(", "x", ")", 180))),
        ("nested-lists", lines(size, |_| nested("[", "1", "]", 180))),
        ("nested-blocks", lines(size, |_| stairs(60))),
        ("not-chain", format!("x = {}y\n", "not ".repeat(size / 4))),
        ("minus-chain", format!("x = {}y\n", "-".repeat(size))),
        ("attributes", format!("x = a{}\n", ".b".repeat(size / 2))),
        ("call-chain", format!("x = a{}\n", ".b()".repeat(size / 4))),
        ("indexes", format!("x = a{}\n", "[0]".repeat(size / 3))),
        ("lambdas", format!("x = {}y\n", "lambda: ".repeat(size / 8))),
        ("one-line", format!("{}\n", repeated(size, |i| format!("a{i} = b{i};")))),
        ("assignments", lines(size, |i| format!("a{i} = {i}"))),
        ("one-variable", lines(size, |_| "a = a".to_owned())),
        ("tainted-assignments", tainted(size, |i| format!("    a{} = a{i}", i + 1))),
        ("tainted-chain", tainted(size, |_| "    s = s + a0 + 'x'".to_owned())),
        ("concatenation", format!("{}    s = a0{}\n    os.system(s)\n", TAINTED, " + a0".repeat(size / 5))),
        ("concatenation-mixed", format!("{}    s = a0{}\n", TAINTED, " + a0 - 1".repeat(size / 9))),
        ("list", format!("x = [{}]\n", "1,".repeat(size / 2))),
        ("list-of-names", format!("x = [{}]\n", repeated(size, |i| format!("a{i},")))),
        ("dictionary", format!("x = {{{}}}\n", repeated(size, |i| format!("'k{i}': {i},")))),
        ("string", format!("x = '{}'\n", "a".repeat(size))),
        ("string-open", format!("x = '''{}", "a\n".repeat(size / 2))),
        ("escapes", format!("x = '{}'\n", "\\n".repeat(size / 2))),
        ("format-strings", lines(size, |_| "x = f'{a}{b}{c}{d}{e}'".to_owned())),
        ("comment", "# a\n".repeat(size / 4)),
        ("functions", lines(size, |i| format!("def f{i}(a):\n    return f{}(a)", i + 1))),
        ("mutual-calls", lines(size, |i| format!("def f{i}(a):\n    f{}(a); f{}(a)", i / 2, i * 2))),
        ("methods", methods(size)),
        ("parameters", format!("def f({}): pass\n", repeated(size, |i| format!("p{i},")))),
        (
            "request-parameters",
            format!("def f({}): pass\n", repeated(size, |i| format!("request{i}, request,"))),
        ),
        ("arguments", arguments(size)),
        ("branches", format!("if a: pass\n{}", lines(size, |i| format!("elif a == {i}: b{i} = {i}")))),
        ("branches-in-function", branches(size)),
        ("handlers", handlers(size)),
        ("match", format!("match a:\n{}", lines(size, |i| format!("    case {i}: b{i} = a")))),
        ("loops", lines(size, |_| loops(12))),
        ("globals", format!("def f():\n{}", lines(size, |i| format!("    global g{i}; g{i} = 1")))),
        (
            "wildcards",
            format!(
                "{}{}",
                lines(size / 2, |i| format!("from m{i} import *")),
                lines(size / 2, |i| format!("u{i}"))
            ),
        ),
        ("imports", lines(size, |i| format!("import m{i}"))),
        ("tests", format!("def f(a):\n{}", lines(size, |i| format!("    if a != 'x{i}': return")))),
        ("comprehensions", lines(size, |_| nested("[x for x in ", "y", "]", 40))),
        (
            "fields",
            format!("class C:\n    def m(self, a):\n{}", lines(size, |i| format!("        self.f{i} = a"))),
        ),
        ("words", noise(size, &WORDS)),
        ("characters", noise(size, &CHARACTERS)),
        ("bytes", bytes(size)),
    ];
    shapes.into_iter().map(|(name, text)| (format!("{name}.py"), text)).collect()
}

fn script(size: usize) -> Vec<Shape> {
    let shapes: Vec<(&str, String)> = vec![
        ("brackets", nested("(", "x", ")", size / 2)),
        ("brackets-open", "(\n".repeat(size / 2)),
        ("braces-open", "{\n".repeat(size / 2)),
        ("brackets-below-limit", lines(size, |_| nested("(", "x", ")", 190))),
        ("nested-calls", lines(size, |_| nested("f(", "x", ")", 180))),
        ("nested-lists", lines(size, |_| nested("[", "1", "]", 180))),
        ("nested-objects", lines(size, |_| format!("x = {}", nested("{a:", "1", "}", 120)))),
        ("nested-blocks", lines(size, |_| nested("if (a) {", "b()", "}", 90))),
        ("nested-functions", lines(size, |_| nested("function f() {", "b()", "}", 90))),
        ("nested-templates", lines(size, |_| nested("`${", "x", "}`", 90))),
        ("not-chain", format!("x = {}y;\n", "!".repeat(size))),
        ("await-chain", format!("x = {}y;\n", "await\n".repeat(size / 6))),
        ("arrows", format!("x = {}y;\n", "a =>\n".repeat(size / 5))),
        ("choices", format!("x = {}y;\n", "a ? b :\n".repeat(size / 8))),
        ("attributes", format!("x = a{};\n", "\n.b".repeat(size / 3))),
        ("call-chain", format!("x = a{};\n", "\n.b()".repeat(size / 5))),
        ("one-line", format!("{}\n", repeated(size, |i| format!("a{i} = b{i};")))),
        ("assignments", lines(size, |i| format!("const a{i} = {i};"))),
        ("one-variable", lines(size, |_| "a = a;".to_owned())),
        ("tainted-assignments", handled(size, |i| format!("  let a{} = a{i};", i + 1))),
        ("tainted-chain", handled(size, |_| "  s = s + a0 + 'x';".to_owned())),
        ("concatenation", handled(0, |_| format!("  let s = a0{};\n  eval(s);", "\n + a0".repeat(size / 6)))),
        ("list", format!("x = [\n{}];\n", "1,\n".repeat(size / 3))),
        ("list-one-line", format!("x = [{}];\n", "1,".repeat(size / 2))),
        ("object", format!("x = {{{}}};\n", lines(size, |i| format!("k{i}: {i},")))),
        ("string", format!("x = '{}';\n", "a".repeat(size))),
        ("template-open", format!("x = `{}", "a\n".repeat(size / 2))),
        ("comment", "// a\n".repeat(size / 5)),
        ("functions", lines(size, |i| format!("function f{i}(a) {{ return f{}(a); }}", i + 1))),
        (
            "methods",
            format!("class C {{\n{}}}\n", lines(size, |i| format!("m{i}() {{ this.m{}(); }}", i + 1))),
        ),
        ("callbacks", lines(size, |_| "a.b(x => x);".to_owned())),
        (
            "branches",
            format!("if (a) {{}}\n{}", lines(size, |i| format!("else if (a == {i}) {{ b{i} = {i}; }}"))),
        ),
        ("switch", format!("switch (a) {{\n{}}}\n", lines(size, |i| format!("case {i}: b{i} = a; break;")))),
        ("loops", lines(size, |_| nested("for (const x of y) {", "b(x);", "}", 30))),
        ("words", noise(size, &WORDS)),
        ("characters", noise(size, &CHARACTERS)),
        ("bytes", bytes(size)),
    ];
    shapes.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

fn typescript(size: usize) -> Vec<Shape> {
    let shapes: Vec<(&str, String)> = vec![
        ("generics.ts", lines(size, |_| format!("let x: {};", nested("A<", "B", ">", 100)))),
        ("generics-open.ts", format!("let x = a{};\n", "<b\n".repeat(size / 3))),
        ("less-than.ts", lines(size, |_| "a < b < c < d;".to_owned())),
        ("casts.ts", lines(size, |_| format!("x = {}y;", "<T>".repeat(40)))),
        ("arrow-guesses.ts", lines(size, |_| nested("(a, b = ", "1", ") => c", 20))),
        ("unions.ts", format!("type T = {}B;\n", "A |\n".repeat(size / 4))),
        ("interfaces.ts", lines(size, |i| format!("interface I{i} {{ a: string; b(): void }}"))),
        ("markup.tsx", lines(size, |_| format!("x = {};", nested("<a b={c}>", "d", "</a>", 60)))),
        ("markup-open.tsx", format!("x = {}", "<a>\n".repeat(size / 4))),
        ("words.tsx", noise(size, &WORDS)),
    ];
    shapes.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

const TAINTED: &str = "import os\nfrom flask import request\ndef f():\n    a0 = s = request.args['a']\n";

const WORDS: [&str; 40] = [
    "if",
    "for",
    "def ",
    "class ",
    "function ",
    "return ",
    "x",
    "y1",
    "0",
    "1.5",
    "'",
    "\"",
    "`",
    "${",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "=>",
    "=",
    "==",
    "+",
    "-",
    "*",
    "/",
    ",",
    ";",
    ":",
    ".",
    "...",
    "?",
    "!",
    "\n",
    "\n    ",
    " ",
    "async ",
];

const CHARACTERS: [&str; 32] = [
    "a", "b", "0", "(", ")", "[", "]", "{", "}", "<", ">", "=", "+", "-", "*", "/", ",", ";", ":", ".", "?",
    "!", "|", "&", "^", "~", "@", "#", "$", "%", "\n", " ",
];

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
}

fn repeated(size: usize, mut part: impl FnMut(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 64);
    let mut at = 0;
    while text.len() < size {
        text += &part(at);
        at += 1;
    }
    text
}

fn lines(size: usize, mut line: impl FnMut(usize) -> String) -> String {
    repeated(size, |at| line(at) + "\n")
}

fn stairs(depth: usize) -> String {
    let mut text = String::new();
    for level in 0..depth {
        let _ = writeln!(text, "{}if a:", " ".repeat(level));
    }
    text + &" ".repeat(depth) + "b()"
}

fn loops(depth: usize) -> String {
    let mut text = String::new();
    for level in 0..depth {
        let _ = writeln!(text, "{}for a{level} in a:", " ".repeat(level));
    }
    text + &" ".repeat(depth) + "a = b(a)"
}

fn tainted(size: usize, line: impl FnMut(usize) -> String) -> String {
    format!("{TAINTED}{}    os.system(s)\n", lines(size, line))
}

fn handled(size: usize, line: impl FnMut(usize) -> String) -> String {
    let mut line = line;
    let body = if size == 0 { line(0) } else { lines(size, line) };
    format!(
        "app.get('/', (req, res) => {{\n  const a0 = req.query.a; let s = a0;\n{body}\n  eval(s);\n}});\n"
    )
}

fn methods(size: usize) -> String {
    format!("class C:\n{}", lines(size, |i| format!("    def m{i}(self, a):\n        self.m{}(a)", i + 1)))
}

fn arguments(size: usize) -> String {
    let parameters = repeated(size / 4, |i| format!("p{i},"));
    let calls = lines(size / 2, |_| format!("f({})", "a,".repeat(2_000)));
    format!("import os\ndef f({parameters}):\n    os.system(p1)\na = input()\n{calls}")
}

fn branches(size: usize) -> String {
    format!("def f(a):\n    if a: pass\n{}", lines(size, |i| format!("    elif a == {i}: b{i} = a")))
}

fn handlers(size: usize) -> String {
    let body = lines(size / 2, |i| format!("    b{i} = a"));
    format!("a = input()\ntry:\n{body}{}", lines(size / 2, |i| format!("except E{i}: c = 1")))
}

/// The same numbers every time: a run must be repeatable.
fn draws() -> impl Iterator<Item = u32> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32
    })
}

fn noise(size: usize, parts: &[&str]) -> String {
    let mut draws = draws();
    repeated(size, |_| {
        let at = draws.next().map_or(0, |n| n as usize % parts.len());
        parts[at].to_owned()
    })
}

fn bytes(size: usize) -> String {
    let printable = draws().map(|n| if n % 40 == 0 { '\n' } else { char::from(32 + (n % 95) as u8) });
    printable.take(size).collect()
}
