//! Any text as one file of a language with data flow: it is parsed, lowered and run to its end, twice with the same
//! report, and every place that the report names is in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quartet_engine::flow;
use quartet_engine::tree::Tree;

/// The first byte of a draw chooses.
const PATHS: [&str; 4] = ["a.py", "a.js", "a.ts", "a.tsx"];

fuzz_target!(|draw: &str| {
    let Some(first) = draw.chars().next() else { return };
    let (path, text) = (PATHS[first as usize % PATHS.len()], &draw[first.len_utf8()..]);
    let tree: Tree = [(path, text.as_bytes())].into_iter().collect();
    let report = flow::analyze(&tree, None);
    let lines = 1 + text.matches('\n').count() as u64;
    for hit in &report.hits {
        let found = &hit.vulnerability;
        assert!(text.get(hit.range.clone()).is_some() && text.get(hit.function.clone()).is_some(), "{found:?}");
        assert!(hit.function.start <= hit.range.start && hit.range.end <= hit.function.end, "{hit:?}");
        assert!((1..=lines).contains(&found.line_number), "{found:?}");
        assert!((0.0..=1.0).contains(&found.confidence_score), "{found:?}");
        assert!(found.flow.iter().all(|step| (1..=lines).contains(&step.line_number)), "{found:?}");
    }
    assert_eq!(report, flow::analyze(&tree, None), "the same tree gives the same report");
});
