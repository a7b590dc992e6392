//! Runs the data flow engine alone over a folder: findings as JSON on the output, times on the error output.

use std::path::Path;
use std::time::Instant;

use quartet_engine::flow;
use quartet_engine::tree::Tree;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]
fn main() -> anyhow::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let tree = Tree::read_dir(Path::new(&root))?;
    let read: usize = tree.iter().filter(|(path, _)| flow::reads(path)).map(|(_, bytes)| bytes.len()).sum();
    let start = Instant::now();
    let report = flow::analyze(&tree, None);
    let took = start.elapsed();
    let found: Vec<_> = report.hits.iter().map(|hit| &hit.vulnerability).collect();
    println!("{}", serde_json::to_string(&found)?);
    eprintln!(
        "{} files, {} parsed, {} bytes, {} evaluations, {} findings ({} of 0.5 or more), {} incomplete, {:.3} s",
        report.files,
        report.parsed,
        read,
        report.evaluations,
        found.len(),
        found.iter().filter(|v| v.confidence_score >= 0.5).count(),
        report.incomplete.len(),
        took.as_secs_f64()
    );
    for line in &report.incomplete {
        eprintln!("incomplete: {line}");
    }
    Ok(())
}
