//! What nobody would write comes to an end, and an end is no crash. How soon it ends is measured, not tested: see
//! "Cost" in the engine's README.

#[path = "../benches/support/hostile.rs"]
mod hostile;

use quartet_engine::analyze::{Request, analyze};
use quartet_engine::tree::Tree;

#[test]
fn every_hostile_shape_is_read_or_named() {
    for (name, text) in hostile::shapes(20_000) {
        let tree: Tree = [(name.clone(), text.into_bytes())].into_iter().collect();
        let found = analyze(&Request { tree: &tree, base: None, changed: None });
        let is_named = found.files_skipped.iter().any(|skipped| skipped.file_path == name);
        assert!(found.files_analyzed == 1 || is_named, "{name}");
    }
}

#[test]
fn many_paths_through_many_variables_end() {
    let large = hostile::shapes(300_000);
    for wanted in ["handlers.py", "branches.py", "match.py", "wildcards.py"] {
        let (name, text) = large.iter().find(|(name, _)| name == wanted).expect("a shape of that name");
        let tree: Tree = [(name.clone(), text.clone().into_bytes())].into_iter().collect();
        let found = analyze(&Request { tree: &tree, base: None, changed: None });
        assert_eq!(found.files_analyzed, 1, "{name}");
    }
}
