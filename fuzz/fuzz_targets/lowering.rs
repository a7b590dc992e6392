//! Any bytes, read as each language: parsing, lowering and the flow engine neither panic nor hang.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quartet_engine::flow;
use quartet_engine::tree::Tree;

fuzz_target!(|bytes: &[u8]| {
    for path in ["a.py", "a.js", "a.ts", "a.tsx"] {
        let tree: Tree = [(path, bytes)].into_iter().collect();
        let report = flow::analyze(&tree, None);
        assert_eq!(report, flow::analyze(&tree, None), "the same tree gives the same report");
    }
});
