//! An XPath expression's text with its values taken out: `//a[@id='{x}']` is `//a[@id=$x]` and x.

use super::super::holes::{self, Part};
use super::super::place::Place;
use crate::analyze::unit::Node;

pub(super) struct Variables {
    /// The constant text, quoted.
    pub(super) literal: String,
    /// Name and value of each variable.
    pub(super) pairs: Vec<(String, String)>,
}

/// Names that lxml's methods keep for themselves.
const RESERVED: &[&str] =
    &["namespaces", "extensions", "smart_strings", "variables", "path", "root", "parser"];

impl Variables {
    pub(super) fn of(place: &Place<'_, '_>, text: &Node<'_>) -> Result<Self, &'static str> {
        let parts = holes::parts(place.family, text).ok_or("the text is put together in another way")?;
        let mut out = String::new();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut closing = None;
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Text(text) => {
                    let rest = match closing.take() {
                        Some(quote) => {
                            text.strip_prefix(quote).ok_or("the value is not all that is quoted")?
                        }
                        None => text,
                    };
                    out.push_str(rest);
                }
                Part::Hole(code) => {
                    let quote = out.chars().next_back().filter(|c| matches!(c, '\'' | '"'));
                    let quote = quote.ok_or("the value has no quotes around it")?;
                    if at + 1 == parts.len() || closing.is_some() {
                        return Err("the value is not all that is quoted");
                    }
                    out.pop();
                    closing = Some(quote);
                    let known = pairs.iter().find(|(_, value)| value == code).map(|(name, _)| name.clone());
                    let name = match known {
                        Some(name) => name,
                        None => {
                            let name = name_for(code, &pairs);
                            pairs.push((name.clone(), code.clone()));
                            name
                        }
                    };
                    out.push('$');
                    out.push_str(&name);
                }
            }
        }
        if closing.is_some() || pairs.is_empty() {
            return Err("the text has no values in it");
        }
        let single = place.styled("\"\"") == "''";
        let preferred = if single { ['\'', '"'] } else { ['"', '\''] };
        let quote = preferred
            .into_iter()
            .find(|quote| !out.contains(*quote))
            .ok_or("the text has quotes of both kinds")?;
        if out.contains('\n') {
            return Err("the text has several lines");
        }
        Ok(Self { literal: format!("{quote}{out}{quote}"), pairs })
    }
}

/// A name that no other variable has, after the value.
fn name_for(code: &str, pairs: &[(String, String)]) -> String {
    let last = code.rsplit('.').next().unwrap_or_default();
    let is_simple = last.starts_with(|c: char| c.is_ascii_alphabetic())
        && last.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&last);
    let base = if is_simple { last } else { "value" };
    let mut name = base.to_owned();
    let mut number = 2;
    while pairs.iter().any(|(other, _)| *other == name) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}
