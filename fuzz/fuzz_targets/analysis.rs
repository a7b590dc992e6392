//! Any bytes as a file of any kind, through all of the analysis: every finding names a place in the file, and the sums agree.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quartet_engine::analyze::{Request, analyze};
use quartet_engine::build::check_syntax;
use quartet_engine::tree::Tree;

/// The first byte of a draw chooses.
const PATHS: [&str; 14] = [
    "a.py",
    "a.js",
    "a.ts",
    "a.tsx",
    "A.java",
    "a.go",
    "a.rb",
    "a.php",
    "A.cs",
    "a.sh",
    "Dockerfile",
    ".github/workflows/a.yml",
    "a.tf",
    "settings.env",
];

fuzz_target!(|draw: &[u8]| {
    let Some((first, bytes)) = draw.split_first() else { return };
    let path = PATHS[usize::from(*first) % PATHS.len()];
    let tree: Tree = [(path, bytes)].into_iter().collect();
    let found = analyze(&Request { tree: &tree, base: None, changed: None });
    assert_eq!(found.total_issues, found.vulnerabilities.len() as u64);
    // Some languages know more ends of a line than `\n`, and UTF-16 has it elsewhere.
    let lines = 1 + bytes.iter().filter(|byte| matches!(**byte, b'\n' | b'\r')).count() as u64;
    for one in &found.vulnerabilities {
        assert!((1..=lines).contains(&one.line_number), "{one:?}");
        assert!((0.0..=1.0).contains(&one.confidence_score), "{one:?}");
        assert!(!one.rule_id.is_empty() && !one.fingerprint.is_empty(), "{one:?}");
    }
    check_syntax(path, bytes);
});
