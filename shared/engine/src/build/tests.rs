use super::*;

#[track_caller]
fn check(path: &str, source: &str, expected: &[&str]) {
    let Verdict::Parsed(errors) = check_syntax(path, source.as_bytes()) else {
        panic!("{path} was not parsed: {:?}", check_syntax(path, source.as_bytes()));
    };
    let errors: Vec<_> =
        errors.iter().map(|e| format!("{}:{} {}", e.line_number, e.column_number, e.message)).collect();
    assert_eq!(errors, expected, "{path}: {source:?}");
}

#[track_caller]
fn survives(case: &str, path: &str, source: &str) {
    // A stack that overflows aborts the whole test binary: coming back is the assertion.
    match check_syntax(path, source.as_bytes()) {
        Verdict::Parsed(_) | Verdict::NotParsed(_) => {}
        Verdict::NotSource => panic!("{case}: not a source"),
    }
}

#[test]
fn good_files() {
    check("a.py", "match x:\n    case [a, *b]: pass\nprint(f'{x!r:>{w}}')\n", &[]);
    check("a.pyi", "def f(x: int = ...) -> str: ...\n", &[]);
    check("a.py", "\u{feff}x = 1\n", &[]);
    check("a.js", "import a from 'a'; await a();", &[]);
    check("a.js", "const a = require('a'); if (!a) return; with (a) { b = 010; }", &[]);
    check("a.js", "#!/usr/bin/env node\nexports.a = <div/>;", &[]);
    check("a.js", "// @flow\ntype A = {| a: ?string |};\nfunction f(a: A) {}", &[]);
    check("a.cjs", "'use strict'; module.exports = 1; return;", &[]);
    check("a.mjs", "export default 1;", &[]);
    check("a.ts", "abstract class A<T> { constructor(private readonly a: T) {} }", &[]);
    check("a.tsx", "const f = <T,>(a: T) => <b>{a as any}</b>;", &[]);
    check("a.d.ts", "declare module 'x' { export function f(): void; }", &[]);
    check("package.json", "{\"a\": [1, 2.5e3, null]}", &[]);
    check("tsconfig.json", "{ // c\n /* d, */ \"a\": \"//b\", \"c\": [1,], }", &[]);
    check(".vscode/settings.json", "{\"a\": 1, // b\n}", &[]);
}

#[test]
fn broken_files() {
    let expected =
        ["2:7 Expected a parameter or the end of the parameter list", "3:1 unexpected EOF while parsing"];
    check("a.py", "x = 1\ndef f(:\n", &expected);
    check("a.py", "print 'two'\n", &["1:7 Simple statements must be separated by newlines or semicolons"]);
    check("a.mjs", "const = 1;", &["1:7 Unexpected token"]);
    check("a.js", "\u{e9}\u{e9} = ;", &["1:6 Unexpected token"]);
    check("a.ts", "let a: = 1;", &["1:8 Unexpected token"]);
    check("a.json", "{\"a\": 1,\n \"b\" 2}", &["2:6 expected `:`"]);
    check("a.json", "", &["1:1 EOF while parsing a value"]);
    check("a.json", "{\"a\": 1, // no\n}", &["1:10 key must be a string"]);
}

#[test]
fn errors_are_capped_for_each_file_and_altogether() {
    let broken = "x = = 1\n".repeat(50);
    let tree: Tree = (0..100).map(|n| (format!("{n}.py"), broken.as_bytes())).collect();
    let results = inspect(&tree);
    assert_eq!(results.build_errors.len(), 200);
    assert_eq!(results.build_errors.iter().filter(|error| error.file_path == "0.py").count(), 3);
    assert_eq!(results.files_skipped[0].reason, "100 more syntax errors are not listed");
    assert_eq!(results.files_analyzed, 100);
}

#[test]
fn what_is_counted() {
    let tree = Tree::from_iter([
        ("Makefile", b"all:".as_slice()),
        (".gitignore", b"x"),
        ("README.md", b"# hi"),
        ("a.py", b"x = 1\n"),
        ("b/c.js", b"("),
        ("latin.py", b"# \xe9\n"),
        ("big.json", &[b' '; 1024 * 1024 + 1]),
    ]);
    let results = inspect(&tree);
    assert!(results.success);
    assert_eq!((results.files_downloaded, results.files_analyzed), (7, 2));
    assert_eq!(results.file_types_processed, [".js", ".json", ".md", ".py"]);
    assert_eq!(results.build_errors.len(), 1);
    let skipped: Vec<_> = results.files_skipped.iter().map(|s| (&*s.file_path, &*s.reason)).collect();
    assert_eq!(
        skipped,
        [("big.json", "larger than 1048576 bytes, not parsed"), ("latin.py", "not UTF-8, not parsed")]
    );
}

/// Each is a way to make some recursive descent go down one level for a few characters.
const DEEP: [(&str, &str, &str); 40] = [
    ("brackets", "[", "]"),
    ("parentheses", "(", ")"),
    ("braces", "{", "}"),
    ("nested pairs", "[(", ")]"),
    ("calls", "f(", ")"),
    ("call chain", "f()", ""),
    ("attributes", "a.", "a"),
    ("minus", "-", "1"),
    ("spaced minus", "- ", "1"),
    ("not", "!", "1"),
    ("tilde", "~", "1"),
    ("word not", "not ", "1"),
    ("typeof", "typeof ", "1"),
    ("new", "new ", "a"),
    ("await", "await ", "1"),
    ("sums", "1+", "1"),
    ("powers", "1**", "1"),
    ("assignments", "a=", "1"),
    ("arrows", "a=>", "1"),
    ("conditions", "a?b:", "1"),
    ("python conditions", "a if b else ", "1"),
    ("lambdas", "lambda:", "1"),
    ("else if", "if(a);else ", ";"),
    ("if", "if(a)", ";"),
    ("while", "while(a)", ";"),
    ("strings and words", "\"a\"if\"b\"else", "1"),
    ("numbers and words", "1if[]else", "1"),
    ("for", "for(;;)", ";"),
    ("do", "do ", ";"),
    ("with", "with(a)", ";"),
    ("async arrows", "async a=>", "1"),
    ("classes", "class extends ", "a{}"),
    ("keyof", "let a:keyof ", "b"),
    ("conditional types", "type A=a extends b?", "c"),
    ("yield", "yield ", "1"),
    ("labels", "a:", ";"),
    ("templates", "`${", "}`"),
    ("tags", "<a>", "</a>"),
    ("types", "let a:A<", ">"),
    ("indentation", "if a:\n ", "1"),
];

#[test]
fn nesting_of_any_kind_brings_no_parser_down() {
    for (case, open, close) in DEEP {
        for levels in [1_000, 100_000] {
            let one_end = open.repeat(levels) + close;
            let both_ends = open.repeat(levels) + &close.repeat(levels);
            for source in [one_end, both_ends] {
                for path in ["a.py", "a.js", "a.tsx", "a.json"] {
                    survives(case, path, &source);
                }
            }
        }
    }
}

#[test]
fn honest_depth_is_parsed() {
    let deep = |open: &str, middle: &str, close: &str| open.repeat(150) + middle + &close.repeat(150);
    check("a.py", &deep("(", "1", ")"), &[]);
    check("a.js", &deep("(", "1", ")"), &[]);
    check("a.json", &deep("[", "", "]"), &[]);
    let minified = "a.b=c?d:e,f(function(){return!g&&h});".repeat(4_000);
    check("a.js", &minified, &[]);
}

#[test]
fn a_language_without_an_exact_parser_is_doubted_and_not_accused() {
    let files =
        [("a.go", "package a\n\nfunc f() {}\n"), ("b.go", "package b\n\nfunc f( {\n"), ("c.tf", "x = 1\n")];
    let tree: Tree = files.into_iter().map(|(path, text)| (path, text.as_bytes())).collect();
    let results = inspect(&tree);
    assert_eq!((results.files_analyzed, results.build_errors.len()), (2, 0));
    let doubts: Vec<_> = results.files_skipped.iter().map(|file| (&*file.file_path, &*file.reason)).collect();
    assert_eq!(doubts, [("b.go", "perhaps a syntax error at line 3; no exact parser knows")]);
}
