//! JSON, by serde_json; comments and trailing commas are allowed where the file's own reader allows them.

use serde::de::IgnoredAny;

use super::Flaw;

pub(super) fn flaws(path: &str, source: &str) -> Vec<Flaw> {
    let checked = check(source);
    let Err(error) = checked else { return Vec::new() };
    if allows_comments(path) && check(&without_comments(source)).is_ok() {
        return Vec::new();
    }
    let line_start: usize =
        source.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // The line and column are ours to report; the message repeats them at its end.
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    vec![Flaw { offset: line_start + error.column().saturating_sub(1), message }]
}

/// Builds nothing and does not recurse, so depth is no danger here.
fn check(source: &str) -> Result<IgnoredAny, serde_json::Error> {
    serde_json::from_str(source)
}

fn allows_comments(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let tool = ["tsconfig", "jsconfig", ".eslintrc", ".babelrc", "devcontainer", ".swcrc", "api-extractor"];
    name.ends_with(".jsonc") || path.contains(".vscode/") || tool.iter().any(|tool| name.starts_with(tool))
}

/// The same text with comments and trailing commas as spaces, byte for byte.
fn without_comments(source: &str) -> String {
    let mut out = source.as_bytes().to_vec();
    let mut comma = None;
    let mut at = 0;
    while at < out.len() {
        match &out[at..] {
            [b'"', ..] => {
                at = end_of_string(&out, at);
                comma = None;
            }
            [b'/', b'/', ..] => at = blank(&mut out, at, b"\n"),
            [b'/', b'*', ..] => at = blank(&mut out, at, b"*/"),
            [b',', ..] => {
                comma = Some(at);
                at += 1;
            }
            [b'}' | b']', ..] => {
                if let Some(comma) = comma.take() {
                    out[comma] = b' ';
                }
                at += 1;
            }
            [byte, ..] => {
                if !byte.is_ascii_whitespace() {
                    comma = None;
                }
                at += 1;
            }
            [] => break,
        }
    }
    String::from_utf8(out).unwrap_or_default()
}

fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// Blanks from `start` through `end`, or to the end of the text; answers where the text goes on.
fn blank(text: &mut [u8], start: usize, end: &[u8]) -> usize {
    let body = &text[start + 2..];
    let length =
        body.windows(end.len()).position(|window| window == end).map_or(body.len(), |at| at + end.len());
    let stop = start + 2 + length;
    for byte in &mut text[start..stop] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
    stop
}
