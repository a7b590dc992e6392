//! A bound on how deep a parser can recurse, and a stack that holds it.
//!
//! Exact parsers recurse by descent and may free their trees by recursion; an overflow kills the process and cannot be
//! caught. So the input is measured first. Every level of recursion costs the source at least one character that is
//! neither a letter, a digit, a space nor a separator, or a word that follows a word, a closing bracket or a string
//! (`not not`, `else if`, `if(a)if(a)`): their number bounds the depth, and the thread's stack is made for that number.
//! Stacks are reserved, not used: an honest file touches a few kilobytes of it.

use std::thread;

/// Stack per level. A test goes 100,000 levels down in every way we know; a release build holds with half of this.
const FRAME_BYTES: usize = if cfg!(debug_assertions) { 16 * 1024 } else { 2 * 1024 };
const BASE_STACK_BYTES: usize = 2 * 1024 * 1024;
/// What a 512 MiB function can still reserve.
const MAX_STACK_BYTES: usize = BASE_STACK_BYTES + FRAME_BYTES * MAX_DEPTH;
const MAX_DEPTH: usize = 200_000;
/// No one writes brackets this deep; a parser may, with time that grows faster than the depth.
const MAX_BRACKETS: usize = 2_000;

/// Runs `parse` where even the deepest reading of `source` has room, or says why not.
pub(super) fn on_measured_stack<T: Send>(
    source: &str,
    parse: impl FnOnce() -> T + Send,
) -> Result<T, String> {
    let stack = stack_for(source).ok_or("nested too deeply, not parsed")?;
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, parse)
            .map_err(|error| format!("no stack to parse on: {error}"))?;
        // A panic in a foreign parser is that file's problem only.
        worker.join().map_err(|_| "the parser failed on it".to_owned())
    })
}

fn stack_for(source: &str) -> Option<usize> {
    let depth = Depth::of(source);
    (depth.brackets <= MAX_BRACKETS)
        .then(|| BASE_STACK_BYTES + FRAME_BYTES * (depth.brackets + depth.chained))
        .filter(|stack| *stack <= MAX_STACK_BYTES)
}

#[derive(Default)]
struct Depth {
    /// The most brackets open at once, strings and comments read as code: too many rather than too few.
    brackets: usize,
    /// Everything else that can open a level.
    chained: usize,
}

impl Depth {
    fn of(source: &str) -> Self {
        let mut depth = Self::default();
        let mut open: usize = 0;
        // Where a word would be one more level: after another word and a space, a closing bracket, or a string.
        let mut after_operand = false;
        let mut in_word = false;
        for byte in source.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii() {
                depth.chained += usize::from(after_operand && !in_word);
                (after_operand, in_word) = (true, true);
                continue;
            }
            in_word = false;
            match byte {
                _ if byte.is_ascii_whitespace() => continue,
                b'(' | b'[' | b'{' => {
                    open += 1;
                    depth.brackets = depth.brackets.max(open);
                }
                b')' | b']' | b'}' => open = open.saturating_sub(1),
                b',' | b';' | b'"' | b'\'' | b'#' => {}
                _ => depth.chained += 1,
            }
            after_operand = matches!(byte, b')' | b']' | b'}' | b'"' | b'\'');
        }
        depth
    }
}
