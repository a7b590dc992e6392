//! JavaScript and TypeScript, by oxc's parser.
//!
//! A `.js` file does not say whether it is a module, a script or CommonJS, so it is broken only when it is none of them.

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use super::Flaw;

pub(super) fn flaws(path: &str, source: &str) -> Vec<Flaw> {
    let Ok(named) = SourceType::from_path(path) else { return Vec::new() };
    let undecided = named.is_javascript() && (path.ends_with(".js") || path.ends_with(".jsx"));
    if !undecided {
        return parse(source, named);
    }
    // JSX in plain `.js` is common, and no JavaScript means anything else as JSX.
    let named = named.with_jsx(true);
    let flaws = parse(source, named.with_unambiguous(true));
    if flaws.is_empty() || parse(source, named.with_commonjs(true)).is_empty() { Vec::new() } else { flaws }
}

fn parse(source: &str, kind: SourceType) -> Vec<Flaw> {
    let arena = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let parsed = Parser::new(&arena, source, kind).with_options(options).parse();
    if parsed.is_flow_language {
        // Flow is not JavaScript; its own checker has the say.
        return Vec::new();
    }
    let flaws = parsed.diagnostics.errors();
    flaws
        .map(|error| Flaw {
            offset: error.labels.first().map_or(0, |label| label.offset() as usize),
            message: error.message.to_string(),
        })
        .collect()
}
