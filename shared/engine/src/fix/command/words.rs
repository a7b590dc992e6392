//! A command as a list of arguments: `ping -c {n} '{host}'` is four words of code.

use super::super::place::{Place, Refused};
use super::super::value::{is_given, is_text};
use super::line::{Line, Stretch, Value};
use super::programs::Kind;
use super::shell::{Bit, Word};
use super::{shell, value, weigh};
use crate::analyze::unit::Node;
use crate::language::Family;

/// Each word as code of the language.
pub(super) struct Words {
    pub(super) code: Vec<String>,
}

impl Words {
    pub(super) fn of<'u>(place: &Place<'_, 'u>, command: &Node<'u>) -> Result<Self, Refused> {
        let line = Line::of(place, command)?;
        if !line.in_one_place {
            return Err(Refused::Shape("the command has a name"));
        }
        let script = shell::read(&line.stretches)?;
        let [simple] = &script.commands[..] else { return Err(Refused::Shape("the command needs a shell")) };
        if script.needs_shell {
            return Err(Refused::Shape("the command needs a shell"));
        }
        if weigh(simple)? == Kind::BuiltIn {
            return Err(Refused::Shape("the program is a part of the shell"));
        }
        let mut values = simple.words.iter().flat_map(Word::values);
        if values.any(|value| value::is_quoted(place, &value.node)) {
            return Err(Refused::Shape("a value is quoted already"));
        }
        let code: Option<Vec<_>> = simple.words.iter().map(|word| code(place, word)).collect();
        code.map(|code| Self { code }).ok_or(Refused::Shape("a word of the command is not simple"))
    }
}

fn code<'u>(place: &Place<'_, 'u>, word: &Word<'_, 'u>) -> Option<String> {
    match &word.bits[..] {
        [] => Some("\"\"".to_owned()),
        [Bit::Text(text)] => plain(text).then(|| format!("\"{text}\"")),
        [Bit::Constant(Stretch::Constant { node, .. }, _)] => Some(node.text().into_owned()),
        [Bit::Value(value)] => Some(whole(place, value)),
        bits => composed(place.family, bits),
    }
}

/// An argument must be text.
fn whole<'u>(place: &Place<'_, 'u>, value: &Value<'u>) -> String {
    let code = value.node.text();
    match place.family {
        // A sum takes nothing but text.
        Family::Python if value.formatted && !is_text(place, &value.node) => format!("str({code})"),
        // Node.js says of an object that it is no text, and runs nothing.
        Family::JavaScript if !is_text(place, &value.node) && !is_given(place, &value.node) => {
            format!("String({code})")
        }
        Family::Python | Family::JavaScript => code.into_owned(),
    }
}

/// `f"--name={name}"`, or a template.
fn composed(family: Family, bits: &[Bit<'_, '_>]) -> Option<String> {
    let parts: Option<Vec<Result<&str, String>>> = bits
        .iter()
        .map(|bit| match bit {
            Bit::Text(text) => Some(Ok(text.as_str())),
            Bit::Constant(Stretch::Constant { node, .. }, _) => Some(Err(node.text().into_owned())),
            Bit::Constant(..) => None,
            Bit::Value(value) => Some(Err(value.node.text().into_owned())),
        })
        .collect();
    let parts = parts?;
    let codes: String = parts.iter().filter_map(|part| part.as_ref().err()).map(String::as_str).collect();
    let quote = match family {
        Family::Python => ['"', '\''].into_iter().find(|quote| !codes.contains(*quote))?,
        Family::JavaScript => '`',
    };
    let mut inside = String::new();
    for part in &parts {
        match (part, family) {
            (Ok(text), _) if plain(text) && !text.contains(quote) => inside.push_str(text),
            (Err(code), Family::Python) if !code.contains(['\\', '{', '}', '\n', '#', '!', ':']) => {
                inside.push_str(&format!("{{{code}}}"));
            }
            (Err(code), Family::JavaScript) if !code.contains('`') => {
                inside.push_str(&format!("${{{code}}}"));
            }
            _ => return None,
        }
    }
    Some(match family {
        Family::Python => format!("f{quote}{inside}{quote}"),
        Family::JavaScript => format!("`{inside}`"),
    })
}

fn plain(text: &str) -> bool {
    !text.contains(['"', '\\', '{', '}', '`', '$', '\n'])
}
