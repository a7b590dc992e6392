//! Reads a whole SQL text, with holes in it, into tokens.
//!
//! Databases disagree on backslashes, comments, dollar quotes and a few signs. Text that has one of them is refused, so that
//! the tokens are the same for all.

use std::ops::Range;

use super::statement::{Piece, Statement};

const BACKSLASH: &str = "a backslash in the SQL means different things to different databases";

/// A character of the SQL, or what stands for a value.
#[derive(Clone, Copy)]
pub(super) enum Item<'s> {
    /// As SQL has it, as the code writes it, and the literal it is in.
    Char(char, &'s str, usize),
    /// Its number, and the literal before it.
    Hole(usize, usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In capitals.
    Word(String),
    Number,
    /// Between single quotes, or double ones where the database reads them so.
    Text,
    /// A name in quotes, in small letters.
    Name(String),
    Sign(String),
    Hole,
}

pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its items, quotes included.
    pub(super) items: Range<usize>,
    /// No space before it.
    pub(super) glued: bool,
}

/// What the code writes, as SQL.
pub(super) fn items<'s>(statement: &'s Statement<'_>) -> Result<Vec<Item<'s>>, &'static str> {
    let mut items = Vec::new();
    let mut current = 0;
    for piece in &statement.pieces {
        match piece {
            Piece::Hole(hole) => items.push(Item::Hole(*hole, current)),
            Piece::Text(literal, text) => {
                current = *literal;
                let mut rest = text.as_str();
                while let Some(first) = rest.chars().next() {
                    let (c, length) = match first {
                        '\\' if statement.is_raw(current) => return Err(BACKSLASH),
                        '\\' => unescaped(&rest[1..]).ok_or(BACKSLASH)?,
                        c => (c, c.len_utf8()),
                    };
                    items.push(Item::Char(c, &rest[..length], current));
                    rest = &rest[length..];
                }
            }
        }
    }
    Ok(items)
}

/// The escapes that mean the same in both languages, with the length of their source.
fn unescaped(after: &str) -> Option<(char, usize)> {
    Some((
        match after.chars().next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            quote @ ('\'' | '"' | '`') => quote,
            _ => return None,
        },
        2,
    ))
}

/// The tokens; `double` says whether double quotes hold text.
pub(super) fn tokens(items: &[Item<'_>], double: bool) -> Result<Vec<Token>, &'static str> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut glued = false;
    while let Some(item) = items.get(at) {
        let first = match item {
            Item::Char(c, ..) if c.is_whitespace() => {
                (at, glued) = (at + 1, false);
                continue;
            }
            Item::Char(c, ..) => Some(*c),
            Item::Hole(..) => None,
        };
        let (kind, end) = match first {
            None => (Kind::Hole, at + 1),
            Some(quote @ ('\'' | '"' | '`')) => {
                let end = quoted(items, at, quote)?;
                let is_text = quote == '\'' || quote == '"' && double;
                (if is_text { Kind::Text } else { Kind::Name(name(&items[at + 1..end - 1])?) }, end)
            }
            Some('[') => {
                let end = run(items, at + 1, |c| c.is_alphanumeric() || matches!(c, '_' | ' '));
                let is_closed = matches!(items.get(end), Some(Item::Char(']', ..)));
                is_closed.then_some(()).ok_or("brackets in the SQL are not simple")?;
                (Kind::Name(name(&items[at + 1..end])?), end + 1)
            }
            Some(c) if c.is_ascii_digit() => {
                (Kind::Number, run(items, at, |c| c.is_ascii_alphanumeric() || c == '.'))
            }
            Some(c) if is_of_word(c) => {
                let end = run(items, at, is_of_word);
                (Kind::Word(text(&items[at..end]).to_uppercase()), end)
            }
            Some(c) if is_operator(c) => {
                let end = run(items, at, is_operator);
                let sign = text(&items[at..end]);
                if sign.contains("--") || sign.contains("/*") {
                    return Err("a comment stands in the SQL");
                }
                (Kind::Sign(sign), end)
            }
            Some(c @ ('(' | ')' | ',' | '.' | ';')) => (Kind::Sign(c.to_string()), at + 1),
            Some('?' | ':' | '$' | '@') => return Err("the SQL has placeholders or signs like them already"),
            Some(_) => return Err("the SQL has a sign that databases read in different ways"),
        };
        tokens.push(Token { kind, items: at..end, glued });
        (at, glued) = (end, true);
    }
    Ok(tokens)
}

/// The end of what begins with this quote; a quote within it is doubled.
fn quoted(items: &[Item<'_>], start: usize, quote: char) -> Result<usize, &'static str> {
    let is_quote = |at: usize| matches!(items.get(at), Some(Item::Char(c, ..)) if *c == quote);
    let mut at = start + 1;
    let mut has_doubled = false;
    while at < items.len() {
        match is_quote(at) {
            true if is_quote(at + 1) => (at, has_doubled) = (at + 2, true),
            true => {
                let has_hole = items[start..at].iter().any(|item| matches!(item, Item::Hole(..)));
                if has_doubled && has_hole {
                    return Err("a doubled quote stands beside a value");
                }
                return Ok(at + 1);
            }
            false => at += 1,
        }
    }
    Err("a quote in the SQL does not end")
}

fn name(items: &[Item<'_>]) -> Result<String, &'static str> {
    let has_hole = items.iter().any(|item| matches!(item, Item::Hole(..)));
    if has_hole { Err("a name in the SQL is a value") } else { Ok(text(items).to_lowercase()) }
}

/// The end of the characters that `takes` takes.
fn run(items: &[Item<'_>], from: usize, takes: impl Fn(char) -> bool) -> usize {
    let rest = items[from..].iter();
    from + rest.take_while(|item| matches!(item, Item::Char(c, ..) if takes(*c))).count()
}

fn text(items: &[Item<'_>]) -> String {
    let chars = items.iter().filter_map(|item| match item {
        Item::Char(c, ..) => Some(*c),
        Item::Hole(..) => None,
    });
    chars.collect()
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_operator(c: char) -> bool {
    matches!(c, '=' | '<' | '>' | '!' | '+' | '-' | '*' | '/' | '|' | '%')
}
