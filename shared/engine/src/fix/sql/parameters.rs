//! Turns the holes of a statement into placeholders: where each stands in the SQL decides whether it may.

use super::super::place::Place;
use super::driver::{Placeholder, Style};
use super::position::{self, Position};
use super::scan::{self, Item, Kind, Token};
use super::statement::Statement;
use super::value;
use crate::language::Family;

#[derive(Default)]
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

impl Parameters {
    pub(super) fn of<'u>(
        place: &Place<'_, 'u>,
        statement: &Statement<'u>,
        style: &Style,
    ) -> Result<Self, &'static str> {
        let items = scan::items(statement)?;
        let tokens = scan::tokens(&items, style.has_text_in_double_quotes)?;
        position::is_one_statement(&tokens)?;
        let texts = vec![String::new(); statement.literal_count().max(1)];
        let mut parameters = Self { texts, ..Self::default() };
        let mut kept = 0;
        for (at, token) in tokens.iter().enumerate() {
            let inside = &items[token.items.clone()];
            if !inside.iter().any(|item| matches!(item, Item::Hole(..))) {
                continue;
            }
            parameters.keep(&items[kept..token.items.start], style)?;
            kept = token.items.end;
            let position = position::of(&tokens, at)?;
            let value = parameters.value(place, statement, style, &position, (token, inside))?;
            parameters.place(value, name_of(statement, inside), style, literal(&inside[0]));
        }
        parameters.keep(&items[kept..], style)?;
        Ok(parameters)
    }

    fn value<'u>(
        &mut self,
        place: &Place<'_, 'u>,
        statement: &Statement<'u>,
        style: &Style,
        position: &Position,
        (token, inside): (&Token, &[Item<'_>]),
    ) -> Result<String, &'static str> {
        let node = |hole: &usize| statement.holes.get(*hole).ok_or("a value is missing");
        match (&token.kind, inside) {
            (Kind::Hole, [Item::Hole(hole, _)]) => value::bare(place, node(hole)?, position, style),
            (_, [_, Item::Hole(hole, _), _]) => value::quoted(place, node(hole)?, position, style),
            (_, inside) => {
                let content = &inside[1..inside.len() - 1];
                for item in content {
                    if let Item::Hole(hole, _) = item {
                        value::fits_quoted(node(hole)?, position, style)?;
                        value::is_raw(place, node(hole)?)?;
                    }
                }
                self.composed = true;
                compose(place.family, statement, content)
            }
        }
    }

    /// What stays as the code writes it.
    fn keep(&mut self, items: &[Item<'_>], style: &Style) -> Result<(), &'static str> {
        for item in items {
            if let Item::Char(c, source, literal) = item {
                if style.reads(*c) {
                    return Err("the SQL has placeholders or signs like them already");
                }
                self.texts[*literal].push_str(source);
            }
        }
        Ok(())
    }

    fn place(&mut self, value: String, base: String, style: &Style, literal: usize) {
        self.values.push(value);
        let mut name = base.clone();
        let mut number = 2;
        while self.names.contains(&name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        let mark = match style.placeholder {
            Placeholder::Question => "?".to_owned(),
            Placeholder::Percent => "%s".to_owned(),
            Placeholder::Dollar => format!("${}", self.values.len()),
            Placeholder::Colon => format!(":{}", self.values.len()),
            Placeholder::Named => format!(":{name}"),
        };
        self.names.push(name);
        self.texts[literal].push_str(&mark);
    }
}

fn literal(item: &Item<'_>) -> usize {
    match item {
        Item::Char(_, _, literal) | Item::Hole(_, literal) => *literal,
    }
}

/// One value of text and holes: `f"%{name}%"`, or a template.
fn compose(family: Family, statement: &Statement<'_>, content: &[Item<'_>]) -> Result<String, &'static str> {
    let codes = content.iter().filter_map(|item| match item {
        Item::Hole(hole, _) => statement.holes.get(*hole).map(|node| node.text().into_owned()),
        Item::Char(..) => None,
    });
    let codes: Vec<String> = codes.collect();
    if codes.iter().any(|code| code.contains(['`', '\\', '\n', '{', '}'])) {
        return Err("the value within the quotes is not simple");
    }
    let quote = match family {
        Family::Python => {
            ['"', '\''].into_iter().find(|quote| codes.iter().all(|code| !code.contains(*quote)))
        }
        Family::JavaScript => Some('`'),
    };
    let quote = quote.ok_or("the value within the quotes is not simple")?;
    let mut codes = codes.into_iter();
    let mut inside = String::new();
    for item in content {
        match (item, family) {
            (Item::Char('\\' | '{' | '}' | '`' | '$' | '"' | '\'' | '\n' | '\r' | '\t', ..), _) => {
                return Err("the quoted text has special characters");
            }
            (Item::Char(c, ..), _) => inside.push(*c),
            (Item::Hole(..), Family::Python) => {
                inside.push_str(&format!("{{{}}}", codes.next().unwrap_or_default()));
            }
            (Item::Hole(..), Family::JavaScript) => {
                inside.push_str(&format!("${{{}}}", codes.next().unwrap_or_default()));
            }
        }
    }
    Ok(match family {
        Family::Python => format!("f{quote}{inside}{quote}"),
        Family::JavaScript => format!("{quote}{inside}{quote}"),
    })
}

/// A name after the first value.
fn name_of(statement: &Statement<'_>, items: &[Item<'_>]) -> String {
    let hole = items.iter().find_map(|item| match item {
        Item::Hole(hole, _) => statement.holes.get(*hole),
        Item::Char(..) => None,
    });
    let code = hole.map(|node| node.text().into_owned()).unwrap_or_default();
    let last = code.rsplit('.').next().unwrap_or_default();
    let simple = !last.is_empty() && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // `bindparams` has a `self` of its own.
    let simple = simple && last != "self";
    if simple && !last.starts_with(|c: char| c.is_ascii_digit()) {
        last.to_owned()
    } else {
        "value".to_owned()
    }
}
