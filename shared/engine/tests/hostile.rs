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
        let is_named = found.incomplete.iter().any(|line| line.starts_with(&name));
        // Of one long line: taken for minified, which is no source.
        let is_minified = ["one-line", "list-one-line", "string", "template-open", "not-chain", "object"]
            .iter()
            .any(|shape| name.starts_with(shape));
        assert!(found.files_analyzed == 1 || is_named || is_minified, "{name}");
    }
}

#[test]
fn many_paths_through_many_variables_are_cut_and_said_so() {
    let large = hostile::shapes(300_000);
    for wanted in ["handlers.py", "branches.py", "match.py", "wildcards.py"] {
        let (name, text) = large.iter().find(|(name, _)| name == wanted).expect("a shape of that name");
        let tree: Tree = [(name.clone(), text.clone().into_bytes())].into_iter().collect();
        let found = analyze(&Request { tree: &tree, base: None, changed: None });
        assert_eq!(found.files_analyzed, 1, "{name}");
    }
}
