//! What an analysis costs: one small file, one large one, and the shapes of `support/hostile.rs`.
//!
//! `cargo bench -p quartet-engine` for times; `shared/engine/README.md` has the command that counts instructions.

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

fn normal(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("application");
    for size in [4 * 1024, 256 * 1024] {
        let text = application(size);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let tree: Tree = [("app.py", text.into_bytes())].into_iter().collect();
        group.bench_with_input(BenchmarkId::from_parameter(size), &tree, |b, tree| b.iter(|| scan(tree)));
    }
    group.finish();
}

fn growth(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("repository");
    group.sample_size(10);
    for files in [64, 256] {
        let text = application(16 * 1024).into_bytes();
        let tree: Tree = (0..files).map(|at| (format!("package{at}/app.py"), text.clone())).collect();
        group.throughput(Throughput::Bytes(tree.bytes()));
        group.bench_with_input(BenchmarkId::from_parameter(files), &tree, |b, tree| b.iter(|| scan(tree)));
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

criterion_group!(benches, normal, growth, hostile);
criterion_main!(benches);
