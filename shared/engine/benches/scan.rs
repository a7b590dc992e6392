//! What an analysis costs: one small file, a large one beside the time that parsing alone takes, repositories that grow,
//! and the shapes of `support/hostile.rs`.
//!
//! `cargo bench -p quartet-engine` for times; `shared/engine/README.md` has the command that counts instructions.
//! `QUARTET_BENCH_LARGE=1` adds a repository of 100 MB.

#[path = "support/hostile.rs"]
mod hostile;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::tree::Tree;

const HANDLER: &str = r#"
@app.route("/users/<int:number>")
def user_NUMBER(number):
    """One user's page."""
    connection = sqlite3.connect(DATABASE)
    cursor = connection.cursor()
    name = request.args.get("name", "")
    try:
        if name and name.isalnum():
            cursor.execute("SELECT * FROM users WHERE name = '" + name + "'")
        else:
            cursor.execute("SELECT * FROM users WHERE number = ?", (number,))
        rows = [dict(zip(COLUMNS, row)) for row in cursor.fetchall()]
    except sqlite3.Error as error:
        logger.warning("no user %s: %s", number, error)
        return jsonify({"error": "not found"}), 404
    finally:
        connection.close()
    return render_template("user.html", rows=rows, title=f"User {number}")
"#;

/// A web application of about `size` bytes.
fn application(size: usize) -> String {
    let mut text = "import logging\nimport sqlite3\nfrom flask import Flask, jsonify, render_template, request\n\
                    app = Flask(__name__)\nlogger = logging.getLogger(__name__)\nDATABASE = 'users.db'\nCOLUMNS = ['a', 'b']\n"
        .to_owned();
    for number in 0.. {
        if text.len() >= size {
            break;
        }
        text += &HANDLER.replace("NUMBER", &number.to_string());
    }
    text
}

fn scan(tree: &Tree) -> u64 {
    analyze(&Request { tree, base: None, changed: None }).total_issues
}

fn small(criterion: &mut Criterion) {
    let text = application(4 * 1024);
    let mut group = criterion.benchmark_group("small file");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let tree: Tree = [("app.py", text.into_bytes())].into_iter().collect();
    group.bench_function("scan", |b| b.iter(|| scan(&tree)));
    group.finish();
}

fn large(criterion: &mut Criterion) {
    let text = application(256 * 1024);
    let mut group = criterion.benchmark_group("large file");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut parser = tree_sitter::Parser::new();
    let grammar = parser.set_language(&tree_sitter_python::LANGUAGE.into());
    grammar.expect("the grammar fits the parser");
    // The yardstick: no analysis of a syntax tree can cost less.
    group.bench_function("parse alone", |b| b.iter(|| parser.parse(&text, None)));
    let tree: Tree = [("app.py", text.clone().into_bytes())].into_iter().collect();
    group.bench_function("scan", |b| b.iter(|| scan(&tree)));
    group.finish();
}

fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("repository");
    group.sample_size(10);
    let is_large_wanted = std::env::var_os("QUARTET_BENCH_LARGE").is_some();
    for megabytes in [1, 10, 100].into_iter().filter(|megabytes| *megabytes < 100 || is_large_wanted) {
        let text = application(16 * 1024).into_bytes();
        let files = megabytes * 1_000_000 / text.len();
        let tree: Tree = (0..files).map(|at| (format!("package{at}/app.py"), text.clone())).collect();
        group.throughput(Throughput::Bytes(tree.bytes()));
        let name = BenchmarkId::from_parameter(format!("{megabytes} MB"));
        group.bench_with_input(name, &tree, |b, tree| b.iter(|| scan(tree)));
    }
    group.finish();
}

fn hostile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hostile");
    group.sample_size(10);
    for (name, text) in hostile::shapes(1_000_000) {
        let tree: Tree = [(name.clone(), text.into_bytes())].into_iter().collect();
        group.bench_with_input(BenchmarkId::from_parameter(name), &tree, |b, tree| b.iter(|| scan(tree)));
    }
    group.finish();
}

criterion_group!(benches, small, large, growth, hostile);
criterion_main!(benches);
