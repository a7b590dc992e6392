//! Turns the holes of a statement into placeholders: where each stands in the SQL decides whether it may.

use super::driver::Placeholder;
use super::statement::{Piece, Statement};
use crate::language::Family;

pub(super) struct Parameters {
    /// The new content of each literal.
    pub(super) texts: Vec<String>,
    /// The code of each value, in the order of the placeholders.
    pub(super) values: Vec<String>,
    /// A name for each, where placeholders have names.
    pub(super) names: Vec<String>,
    /// Whether a value had to be put together, as `f"%{name}%"`.
    pub(super) composed: bool,
}

/// Reads the statement from left to right.
struct Reader<'s, 'u> {
    texts: Vec<String>,
    /// All SQL so far, with placeholders.
    sql: String,
    values: Vec<String>,
    names: Vec<String>,
    composed: bool,
    quoted: Option<Quoted>,
    literal: usize,
    style: Placeholder,
    family: Family,
    statement: &'s Statement<'u>,
}

/// A string within the SQL that is being read.
struct Quoted {
    /// With a backslash where the code needs one.
    quote: String,
    /// Where it begins: literal, and byte in its new text.
    at: (usize, usize),
    sql_at: usize,
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    Hole(usize),
}

impl Parameters {
    pub(super) fn of(
        statement: &Statement<'_>,
        style: Placeholder,
        family: Family,
    ) -> Result<Self, &'static str> {
        let mut reader = Reader {
            texts: vec![String::new(); statement.literal_count().max(1)],
            sql: String::new(),
            values: Vec::new(),
            names: Vec::new(),
            composed: false,
            quoted: None,
            literal: 0,
            style,
            family,
            statement,
        };
        for (index, piece) in statement.pieces.iter().enumerate() {
            match piece {
                Piece::Text(literal, text) => {
                    reader.literal = *literal;
                    reader.text(text)?;
                }
                Piece::Hole(hole) => reader.hole(*hole, index)?,
            }
        }
        if reader.quoted.is_some() {
            return Err("a quote in the SQL does not end");
        }
        let Reader { texts, values, names, composed, .. } = reader;
        Ok(Self { texts, values, names, composed })
    }
}

impl Reader<'_, '_> {
    fn text(&mut self, text: &str) -> Result<(), &'static str> {
        let mut rest = text;
        while let Some(at) = rest.find(['\'', '"']) {
            let start = if rest[..at].ends_with('\\') { at - 1 } else { at };
            self.plain(&rest[..start]);
            self.quote(&rest[start..=at], &rest[at + 1..])?;
            rest = &rest[at + 1..];
        }
        self.plain(rest);
        Ok(())
    }

    fn plain(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(quoted) = &mut self.quoted {
            quoted.parts.push(Part::Text(text.to_owned()));
        }
        self.push(text);
    }

    /// `'` or `\'`.
    fn quote(&mut self, quote: &str, after: &str) -> Result<(), &'static str> {
        match self.quoted.take() {
            None => {
                let at = (self.literal, self.texts[self.literal].len());
                let quoted =
                    Quoted { quote: quote.to_owned(), at, sql_at: self.sql.len(), parts: Vec::new() };
                self.quoted = Some(quoted);
                self.push(quote);
            }
            Some(quoted) if quoted.quote != quote => {
                // The other kind of quote is text here.
                self.push(quote);
                self.quoted = Some(quoted);
                if let Some(quoted) = &mut self.quoted {
                    quoted.parts.push(Part::Text(quote.to_owned()));
                }
            }
            Some(quoted) => {
                self.push(quote);
                if quoted.parts.iter().any(|part| matches!(part, Part::Hole(_))) {
                    if after.starts_with(quote) || self.sql[..quoted.sql_at].ends_with(quote) {
                        return Err("a doubled quote stands beside a value");
                    }
                    self.close(&quoted)?;
                }
            }
        }
        Ok(())
    }

    /// A quoted string with values in it becomes one placeholder.
    fn close(&mut self, quoted: &Quoted) -> Result<(), &'static str> {
        let (literal, start) = quoted.at;
        self.sql.truncate(quoted.sql_at);
        if !takes_a_value(&self.sql) {
            return Err("a value stands where SQL takes no parameter");
        }
        self.texts[literal].truncate(start);
        for text in self.texts.iter_mut().skip(literal + 1) {
            text.clear();
        }
        let value = match &quoted.parts[..] {
            [Part::Hole(hole)] => self.code(*hole),
            parts => {
                self.composed = true;
                self.compose(parts)?
            }
        };
        let name = self.name_for(&quoted.parts);
        let current = std::mem::replace(&mut self.literal, literal);
        self.place(value, name);
        self.literal = current;
        Ok(())
    }

    fn hole(&mut self, hole: usize, index: usize) -> Result<(), &'static str> {
        if let Some(quoted) = &mut self.quoted {
            quoted.parts.push(Part::Hole(hole));
            return Ok(());
        }
        let next = match self.statement.pieces.get(index + 1) {
            Some(Piece::Text(_, text)) => text.chars().next(),
            Some(Piece::Hole(_)) => Some('x'),
            None => None,
        };
        let ends = next
            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '\'' | '"' | '%' | '(' | '`'));
        if !ends || !takes_a_value(&self.sql) {
            return Err("a value stands where SQL takes no parameter");
        }
        let name = self.name_for(&[Part::Hole(hole)]);
        let value = self.code(hole);
        self.place(value, name);
        Ok(())
    }

    fn place(&mut self, value: String, name: String) {
        self.values.push(value);
        let mark = match self.style {
            Placeholder::Question => "?".to_owned(),
            Placeholder::Percent => "%s".to_owned(),
            Placeholder::Dollar => format!("${}", self.values.len()),
            Placeholder::Colon => format!(":{}", self.values.len()),
            Placeholder::Named => format!(":{name}"),
        };
        self.names.push(name);
        self.sql.push_str(&mark);
        self.texts[self.literal].push_str(&mark);
    }

    fn push(&mut self, text: &str) {
        self.sql.push_str(text);
        let text = if self.style == Placeholder::Percent { text.replace('%', "%%") } else { text.to_owned() };
        self.texts[self.literal].push_str(&text);
    }

    /// The code of a hole.
    fn code(&self, hole: usize) -> String {
        self.statement.holes.get(hole).map(|node| node.text().into_owned()).unwrap_or_default()
    }

    /// One value of text and holes: `f"%{name}%"`, or a template.
    fn compose(&self, parts: &[Part]) -> Result<String, &'static str> {
        let mut code = String::new();
        for part in parts {
            match part {
                Part::Text(text) if text.contains(['\\', '{', '}', '`', '$', '"', '\n']) => {
                    return Err("the quoted text has special characters");
                }
                Part::Text(text) => code.push_str(text),
                Part::Hole(hole) => {
                    let value = self.code(*hole);
                    if value.contains(['"', '`', '\\', '\n', '{', '}']) {
                        return Err("the value within the quotes is not simple");
                    }
                    match self.family {
                        Family::Python => code.push_str(&format!("{{{value}}}")),
                        Family::JavaScript => code.push_str(&format!("${{{value}}}")),
                    }
                }
            }
        }
        Ok(match self.family {
            Family::Python => format!("f\"{code}\""),
            Family::JavaScript => format!("`{code}`"),
        })
    }

    /// A name that no other placeholder has, after the value.
    fn name_for(&self, parts: &[Part]) -> String {
        let hole = parts.iter().find_map(|part| match part {
            Part::Hole(hole) => Some(self.code(*hole)),
            Part::Text(_) => None,
        });
        let code = hole.unwrap_or_default();
        let last = code.rsplit('.').next().unwrap_or_default();
        let simple = !last.is_empty() && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let base = if simple && !last.starts_with(|c: char| c.is_ascii_digit()) { last } else { "value" };
        let mut name = base.to_owned();
        let mut number = 2;
        while self.names.contains(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        name
    }
}

/// Whether a value may follow this SQL. Everywhere else stands a name or a keyword, which no parameter can be.
fn takes_a_value(before: &str) -> bool {
    let before = before.replace("\\n", " ").replace("\\t", " ");
    let before = before.trim_end().to_ascii_uppercase();
    let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    if before.ends_with(['=', '<', '>', '+', '-']) || before.ends_with("||") {
        return true;
    }
    match word {
        "LIKE" | "ILIKE" | "LIMIT" | "OFFSET" | "BETWEEN" | "THEN" | "ELSE" | "GLOB" | "REGEXP" => true,
        "AND" => {
            let clause = before.rsplit_once("BETWEEN").map_or("", |(_, after)| after);
            clause.matches("AND").count() == 1
        }
        "" if before.ends_with(['(', ',']) => {
            let row = before.rsplit_once("VALUES").map(|(_, row)| row);
            let limit = before.rsplit_once("LIMIT").map(|(_, row)| row);
            row.is_some_and(|row| row.contains('(') && !row.contains("SELECT"))
                || limit.is_some_and(|row| !row.contains('('))
        }
        _ => false,
    }
}
