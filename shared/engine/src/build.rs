//! The Build agent: does what was downloaded parse, by the exact parser of its language.
//!
//! Broken code is a result and not a failure: `success` is always true here. A parser that cannot be run safely on a
//! file (too large, nested too deeply, not UTF-8) is not asked, and the file is named in `files_skipped`; no input may
//! bring the process down, so every parser runs on a stack that its input was measured for ([`nesting`]).
//!
//! A language without an exact parser is read by tree-sitter, whose doubts are told with the files that were left out.

mod guess;
mod javascript;
mod json;
mod nesting;
mod position;
mod python;

use std::collections::BTreeSet;

use quartet_domain::results::{BuildError, BuildResults, SkippedFile};

use crate::tree::Tree;
use guess::Guess;

/// Larger sources are generated ones.
const MAX_PARSED_BYTES: usize = 1024 * 1024;
/// One broken file makes a parser complain many times; the first complaints are the true ones.
const MAX_ERRORS_PER_FILE: usize = 3;
const MAX_ERRORS: usize = 200;
/// Messages quote the source, which can be one long line.
const MAX_MESSAGE_CHARS: usize = 300;

/// What a parser says about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No parser for this kind of file.
    NotSource,
    /// A parser knows the kind but was not asked, for this reason.
    NotParsed(String),
    /// What is wrong, in the order of the file; empty when it parses.
    Parsed(Vec<BuildError>),
}

/// Parses every file that a parser knows. `duration` is left at 0 for the caller, who has a clock.
pub fn inspect(tree: &Tree) -> BuildResults {
    let mut results = BuildResults {
        success: true,
        files_downloaded: tree.len() as u64,
        file_types_processed: file_types(tree),
        ..BuildResults::default()
    };
    for (path, bytes) in tree.iter() {
        match check_syntax(path, bytes) {
            Verdict::NotSource => guessed(path, bytes, &mut results),
            Verdict::NotParsed(reason) => {
                results.files_skipped.push(SkippedFile { file_path: path.to_owned(), reason });
            }
            Verdict::Parsed(errors) => {
                results.files_analyzed += 1;
                results.build_errors.extend(errors);
            }
        }
    }
    let unreported = results.build_errors.len().saturating_sub(MAX_ERRORS);
    if unreported > 0 {
        results.build_errors.truncate(MAX_ERRORS);
        let reason = format!("{unreported} more syntax errors are not listed");
        results.files_skipped.push(SkippedFile { file_path: "*".to_owned(), reason });
    }
    results
}

fn guessed(path: &str, bytes: &[u8], results: &mut BuildResults) {
    let mut skip = |reason| results.files_skipped.push(SkippedFile { file_path: path.to_owned(), reason });
    match guess::parse(path, bytes) {
        Guess::Unknown => {}
        Guess::Parses => results.files_analyzed += 1,
        Guess::Doubtful(line) => {
            skip(format!("perhaps a syntax error at line {line}; no exact parser knows"))
        }
        Guess::NotParsed(reason) => skip(reason),
    }
}

/// Parses one file by its name's ending.
pub fn check_syntax(path: &str, bytes: &[u8]) -> Verdict {
    let Some(parser) = Parser::of(path) else { return Verdict::NotSource };
    if bytes.len() > MAX_PARSED_BYTES {
        return Verdict::NotParsed(format!("larger than {MAX_PARSED_BYTES} bytes, not parsed"));
    }
    let Ok(source) = std::str::from_utf8(bytes) else {
        return Verdict::NotParsed("not UTF-8, not parsed".to_owned());
    };
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let flaws = nesting::on_measured_stack(source, || match parser {
        Parser::Python => python::flaws(source),
        Parser::JavaScript => javascript::flaws(path, source),
        Parser::Json => json::flaws(path, source),
    });
    match flaws {
        Err(reason) => Verdict::NotParsed(reason),
        Ok(flaws) => Verdict::Parsed(
            flaws
                .into_iter()
                .take(MAX_ERRORS_PER_FILE)
                .map(|flaw| flaw.in_file(path, source, parser))
                .collect(),
        ),
    }
}

#[derive(Clone, Copy)]
enum Parser {
    Python,
    JavaScript,
    Json,
}

impl Parser {
    fn of(path: &str) -> Option<Self> {
        match extension(path)? {
            "py" | "pyi" => Some(Self::Python),
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" => Some(Self::JavaScript),
            "json" | "jsonc" => Some(Self::Json),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Python => "ruff_python_parser",
            Self::JavaScript => "oxc_parser",
            Self::Json => "serde_json",
        }
    }
}

/// A complaint before it has a file and a line.
struct Flaw {
    offset: usize,
    message: String,
}

impl Flaw {
    fn in_file(self, path: &str, source: &str, parser: Parser) -> BuildError {
        let (line_number, column_number) = position::of(source, self.offset);
        BuildError {
            file_path: path.to_owned(),
            line_number,
            column_number,
            message: self.message.chars().take(MAX_MESSAGE_CHARS).collect(),
            parser: parser.name().to_owned(),
        }
    }
}

fn file_types(tree: &Tree) -> Vec<String> {
    let types: BTreeSet<_> = tree.iter().filter_map(|(path, _)| extension(path)).collect();
    types.into_iter().map(|extension| format!(".{extension}")).collect()
}

/// `py` of `src/a.py`; none of `Makefile` and `.gitignore`.
fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then_some(extension)
}

#[cfg(test)]
mod tests;
