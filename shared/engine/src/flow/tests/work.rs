//! What nobody would write must end soon and whole; the same tree gives the same bytes.

use super::super::{Report, analyze};
use crate::tree::Tree;

fn run(path: &str, code: &str) -> Report {
    let tree: Tree = [(path, code.as_bytes())].into_iter().collect();
    analyze(&tree, None)
}

#[test]
fn hostile_files_end() {
    let n = 20_000;
    for (path, code) in [
        ("a.py", "(".repeat(n)),
        ("a.py", format!("x = {}1{}", "f(".repeat(n), ")".repeat(n))),
        ("a.py", format!("x = {}1", "1 + ".repeat(n))),
        ("a.py", format!("x = {}1", "-".repeat(n))),
        ("a.py", "if a:\n pass\n".to_owned() + &"elif b:\n pass\n".repeat(n / 10)),
        ("a.py", "x = [x]\n".repeat(n)),
        ("a.py", "l = []\n".to_owned() + &"l.append(input())\n".repeat(n)),
        ("a.py", (0..300).map(|i| format!("{}for i in x:\n", " ".repeat(i))).collect()),
        ("a.js", "[".repeat(n)),
        ("a.js", format!("a{}", ".b()".repeat(n))),
        ("a.js", "if (a) { b } else ".repeat(n / 10)),
        ("a.tsx", "<a>".repeat(n)),
        ("a.js", "function f(){".repeat(n / 10)),
        ("a.js", "x => ".repeat(n / 10)),
        ("a.ts", "\u{feff}<<<<>>>>@@ = 日本語 ".repeat(1000)),
        ("a.py", "\0".repeat(n)),
    ] {
        let report = run(path, &code);
        assert_eq!(report.files, 1);
    }
}

#[test]
fn functions_that_call_one_another_end() {
    let code: String = (0..200)
        .map(|i| format!("def f{i}(x):\n    return f{}(x) + f{}(x)\n", (i + 1) % 200, (i + 7) % 200))
        .collect();
    assert_eq!(run("a.py", &code).incomplete, Vec::<String>::new());
}

#[test]
fn files_that_import_one_another_end() {
    let files = (0..40).map(|i| {
        (
            format!("m{i}.py"),
            format!(
                "from m{} import f\nfrom m{} import f as g\ndef f(x):\n    return g(x)\n",
                (i + 1) % 40,
                (i + 3) % 40
            )
            .into_bytes(),
        )
    });
    let tree: Tree = files.collect();
    assert_eq!(analyze(&tree, None).files, 40);
}

/// A web application: `files` modules that import one another, of `handlers` functions each.
fn application(files: usize, handlers: usize) -> Tree {
    let module = |file: usize| {
        let handler = |i: usize| {
            format!(
                "@app.route('/{i}')\ndef handle{i}(number):\n    name = request.args.get('name', '')\n    \
                 if not name.isalnum():\n        name = other.clean{i}(name)\n    \
                 rows = [dict(row) for row in cursor.execute('SELECT ' + name)]\n    return render(rows, number)\n\
                 def clean{i}(text):\n    return text.strip() + str({i})\n"
            )
        };
        let body: String = (0..handlers).map(handler).collect();
        let next = (file + 1) % files;
        format!("from flask import request\nimport m{next} as other\n{body}").into_bytes()
    };
    (0..files).map(|file| (format!("m{file}.py"), module(file))).collect()
}

/// Cost by counted work, which is the same on every machine.
#[test]
fn work_grows_with_the_input_and_no_faster() {
    #[track_caller]
    fn check(small: &Tree, large: &Tree) {
        let (a, b) = (analyze(small, None), analyze(large, None));
        let (work, bytes) =
            (b.evaluations as f64 / a.evaluations as f64, large.bytes() as f64 / small.bytes() as f64);
        assert!(work < 1.1 * bytes, "{bytes:.1} times the bytes take {work:.1} times the work");
        assert!(
            b.evaluations < large.bytes() / 5,
            "{} evaluations for {} bytes",
            b.evaluations,
            large.bytes()
        );
        assert_eq!((a.parsed, b.parsed), (a.files, b.files), "a file is parsed once");
        assert_eq!(b.incomplete, Vec::<String>::new());
    }
    check(&application(2, 10), &application(2, 100));
    check(&application(4, 10), &application(40, 10));
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let code = "import os\nfrom flask import request\ndef f():\n    a = request.args\n    os.system(a['x'] + a['y'])\n    eval(a['z'])\n";
    assert_eq!(run("a.py", code), run("a.py", code));
}
