//! Fixes what has a template in a folder: the results as JSON on the output, the changed files into a second folder.
//! `tests/fixes/measure.py` makes the table of `README.md` of it.

use std::path::Path;
use std::time::Instant;

use quartet_engine::analyze::{Request, analyze};
use quartet_engine::fix::fix;
use quartet_engine::tree::Tree;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]
fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: fixes FROM TO");
    };
    let mut tree = Tree::read_dir(Path::new(&from))?;
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    let start = Instant::now();
    let fixes = fix(&tree, &found);
    let took = start.elapsed();
    for (path, bytes) in &fixes.files {
        tree.insert(path, bytes.clone());
    }
    tree.write_dir(Path::new(&to))?;
    let left = analyze(&Request { tree: &tree, base: None, changed: None });
    let all = serde_json::json!({
        "before": found.vulnerabilities,
        "fixes": fixes.results,
        "after": left.vulnerabilities,
    });
    println!("{all}");
    eprintln!(
        "{} fixed, {} rejected, {:.3} s",
        fixes.results.functions_fixed.len(),
        fixes.results.rejected.len(),
        took.as_secs_f64()
    );
    Ok(())
}
