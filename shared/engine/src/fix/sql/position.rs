//! Where a value may stand in a statement. Everywhere else a parameter would be an error, or mean something else.

use super::scan::{Kind, Token};

const STATEMENTS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];
const COMPARISONS: &[&str] = &["=", "==", "<>", "!=", "<", ">", "<=", ">="];
/// What may come right after a value.
const FOLLOWING: &[&str] = &[
    "AND",
    "OR",
    "WHERE",
    "ORDER",
    "GROUP",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "RETURNING",
    "COLLATE",
    "FOR",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "ON",
];
/// What stands before a column that is compared as it is.
const BEFORE_COLUMN: &[&str] = &["WHERE", "AND", "OR", "ON", "SET", "NOT", "HAVING", "UPDATE"];

const NO_VALUE: &str = "a value stands where SQL takes no parameter";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Compared with, or assigned to, a column; `None` for anything else that is compared.
    Compared { column: Option<String>, is_equal: bool },
    /// `LIKE`
    Matched,
    /// `BETWEEN`, and the column.
    Ranged { column: Option<String> },
    /// `IN ('a')`
    Listed,
    /// A row of `VALUES`; whether it has as many values as columns are named.
    Inserted { is_counted: bool },
    /// `LIMIT` and `OFFSET`
    Counted,
}

/// Whether the tokens are one statement that takes parameters.
pub(super) fn is_one_statement(tokens: &[Token]) -> Result<(), &'static str> {
    let first = word(tokens, 0).is_some_and(|first| STATEMENTS.contains(&first));
    if !first {
        return Err("only a statement that reads or changes rows takes parameters everywhere");
    }
    let semicolon = (0..tokens.len()).find(|at| sign(tokens, *at) == Some(";"));
    match semicolon {
        Some(at) if at + 1 < tokens.len() => Err("the text has several statements"),
        Some(_) | None => Ok(()),
    }
}

/// What the value at this token is to the statement.
pub(super) fn of(tokens: &[Token], at: usize) -> Result<Position, &'static str> {
    position(tokens, at).ok_or(NO_VALUE)
}

fn position(tokens: &[Token], at: usize) -> Option<Position> {
    let before = at.checked_sub(1)?;
    let is_sign = |token: Option<&Token>| token.is_none_or(|token| matches!(token.kind, Kind::Sign(_)));
    let after = tokens.get(at + 1);
    let is_apart = (!tokens[at].glued || is_sign(tokens.get(before)))
        && (!after.is_some_and(|after| after.glued) || is_sign(after));
    let ends = match after.map(|after| &after.kind) {
        None => true,
        Some(Kind::Sign(sign)) => matches!(sign.as_str(), ")" | "," | ";"),
        Some(Kind::Word(word)) => FOLLOWING.contains(&word.as_str()),
        Some(_) => false,
    };
    (is_apart && ends).then_some(())?;
    match &tokens[before].kind {
        Kind::Sign(sign) if COMPARISONS.contains(&sign.as_str()) => {
            let column = operand(tokens, before)?;
            let is_equal = matches!(sign.as_str(), "=" | "==" | "<>" | "!=");
            Some(Position::Compared { column, is_equal })
        }
        Kind::Sign(sign) if sign == "(" && word(tokens, before.checked_sub(1)?) == Some("IN") => {
            operand(tokens, before - 1)?;
            (self::sign(tokens, at + 1) == Some(")")).then_some(Position::Listed)
        }
        Kind::Sign(sign) if matches!(sign.as_str(), "(" | ",") => inserted(tokens, at),
        Kind::Word(word) => match word.as_str() {
            "LIKE" | "ILIKE" | "GLOB" => operand(tokens, before).map(|_| Position::Matched),
            "BETWEEN" => {
                let column = operand(tokens, before)?;
                (self::word(tokens, at + 1) == Some("AND")).then_some(Position::Ranged { column })
            }
            "AND" => {
                let between = before.checked_sub(2)?;
                let is_value = matches!(tokens[between + 1].kind, Kind::Hole | Kind::Text | Kind::Number);
                (is_value && self::word(tokens, between) == Some("BETWEEN")).then_some(())?;
                operand(tokens, between).map(|column| Position::Ranged { column })
            }
            "LIMIT" | "OFFSET" => (self::sign(tokens, at + 1) != Some(",")).then_some(Position::Counted),
            _ => None,
        },
        Kind::Sign(_) | Kind::Number | Kind::Text | Kind::Name(_) | Kind::Hole => None,
    }
}

/// What stands before this operator: a column on its own is named, in small letters.
fn operand(tokens: &[Token], operator: usize) -> Option<Option<String>> {
    let mut at = operator.checked_sub(1)?;
    if word(tokens, at) == Some("NOT") {
        at = at.checked_sub(1)?;
    }
    let column = match &tokens[at].kind {
        Kind::Sign(sign) if sign == ")" => return Some(None),
        Kind::Word(word) => word.to_lowercase(),
        Kind::Name(name) => name.clone(),
        Kind::Sign(_) | Kind::Number | Kind::Text | Kind::Hole => return None,
    };
    while at >= 2 && sign(tokens, at - 1) == Some(".") {
        at -= 2;
    }
    let before = at.checked_sub(1)?;
    let is_alone = word(tokens, before).is_some_and(|word| BEFORE_COLUMN.contains(&word))
        || matches!(sign(tokens, before), Some("(" | ","));
    Some(is_alone.then_some(column))
}

/// A value on its own in a row of `VALUES`.
fn inserted(tokens: &[Token], at: usize) -> Option<Position> {
    matches!(word(tokens, 0), Some("INSERT" | "REPLACE")).then_some(())?;
    matches!(sign(tokens, at + 1), Some("," | ")")).then_some(())?;
    let open = opening(tokens, at)?;
    let values = open.checked_sub(1).filter(|values| word(tokens, *values) == Some("VALUES"))?;
    let before = values.checked_sub(1)?;
    (word(tokens, before) != Some("INTO")).then_some(())?;
    let columns = match sign(tokens, before) {
        Some(")") => opening(tokens, before).map(|open| count(tokens, open)),
        _ => None,
    };
    let count = count(tokens, open);
    match columns {
        Some(columns) if columns != count => None,
        columns => Some(Position::Inserted { is_counted: columns.is_some() }),
    }
}

/// The parenthesis that is open at this token.
fn opening(tokens: &[Token], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for before in (0..at).rev() {
        match sign(tokens, before) {
            Some(")") => depth += 1,
            Some("(") if depth == 0 => return Some(before),
            Some("(") => depth -= 1,
            _ => {}
        }
    }
    None
}

/// How many things commas part in these parentheses.
fn count(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    let mut count = 1;
    for at in open + 1..tokens.len() {
        match sign(tokens, at) {
            Some("(") => depth += 1,
            Some(")") if depth == 0 => break,
            Some(")") => depth -= 1,
            Some(",") if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    match &tokens.get(at)?.kind {
        Kind::Word(word) => Some(word),
        Kind::Sign(_) | Kind::Number | Kind::Text | Kind::Name(_) | Kind::Hole => None,
    }
}

fn sign(tokens: &[Token], at: usize) -> Option<&str> {
    match &tokens.get(at)?.kind {
        Kind::Sign(sign) => Some(sign),
        Kind::Word(_) | Kind::Number | Kind::Text | Kind::Name(_) | Kind::Hole => None,
    }
}
