//! A command's text as a shell would split it, with the values in it: `ping -c {n} '{host}'` is four words.

use super::super::holes::{self, Part};
use super::super::place::{Place, Refused};
use super::SHELL;
use crate::analyze::unit::Node;
use crate::language::Family;

/// Each word as code of the language.
pub(super) struct Words {
    pub(super) code: Vec<String>,
}

/// A word on its way.
#[derive(Default)]
struct Word {
    parts: Vec<Part>,
    begun: bool,
}

impl Words {
    pub(super) fn of<'u>(place: &Place<'_, 'u>, command: &Node<'u>) -> Result<Self, Refused> {
        let written =
            place.written(command).ok_or(Refused::Shape("the command is put together in several steps"))?;
        let parts = holes::parts(place.family, &written)
            .ok_or(Refused::Shape("the command is put together in another way"))?;
        if written.range() != command.range() {
            return Err(Refused::Shape("the command has a name"));
        }
        let words = split(parts).ok_or(Refused::Shape("the command needs a shell"))?;
        match words.first().map(Vec::as_slice) {
            Some([Part::Text(program)]) if !program.is_empty() && !program.contains('=') => {}
            _ => return Err(Refused::Shape("the program is a value too")),
        }
        let code: Option<Vec<_>> = words.iter().map(|word| code(place.family, word)).collect();
        code.map(|code| Self { code }).ok_or(Refused::Shape("a word of the command is not simple"))
    }
}

fn split(parts: Vec<Part>) -> Option<Vec<Vec<Part>>> {
    let mut words = Vec::new();
    let mut word = Word::default();
    let mut quote = None;
    for part in parts {
        match part {
            Part::Hole(code) => {
                word.parts.push(Part::Hole(code));
                word.begun = true;
            }
            Part::Text(text) => {
                for c in text.chars() {
                    match (quote, c) {
                        (Some(open), c) if c == open => quote = None,
                        (Some('"'), '$' | '`' | '\\') => return None,
                        (Some(_), c) => word.push(c),
                        (None, '\'' | '"') => {
                            quote = Some(c);
                            word.begun = true;
                        }
                        (None, ' ' | '\t') => words.extend(word.end()),
                        (None, c) if SHELL.contains(&c) => return None,
                        (None, c) => word.push(c),
                    }
                }
            }
        }
    }
    words.extend(word.end());
    quote.is_none().then_some(words)
}

impl Word {
    fn push(&mut self, c: char) {
        self.begun = true;
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push(c),
            Some(Part::Hole(_)) | None => self.parts.push(Part::Text(c.to_string())),
        }
    }

    fn end(&mut self) -> Option<Vec<Part>> {
        let word = std::mem::take(self);
        word.begun.then_some(word.parts)
    }
}

fn code(family: Family, word: &[Part]) -> Option<String> {
    match word {
        [] => Some("\"\"".to_owned()),
        [Part::Text(text)] => plain(text).then(|| format!("\"{text}\"")),
        [Part::Hole(code)] => Some(code.clone()),
        parts => composed(family, parts),
    }
}

/// `f"--name={name}"`, or a template.
fn composed(family: Family, parts: &[Part]) -> Option<String> {
    let code = |part: &Part| match part {
        Part::Text(_) => String::new(),
        Part::Hole(code) => code.clone(),
    };
    let codes: String = parts.iter().map(code).collect();
    let quote = match family {
        Family::Python => ['"', '\''].into_iter().find(|quote| !codes.contains(*quote))?,
        Family::JavaScript => '`',
    };
    let mut inside = String::new();
    for part in parts {
        match (part, family) {
            (Part::Text(text), _) if plain(text) && !text.contains(quote) => inside.push_str(text),
            (Part::Hole(code), Family::Python) if !code.contains(['\\', '{', '}', '\n']) => {
                inside.push_str(&format!("{{{code}}}"));
            }
            (Part::Hole(code), Family::JavaScript) if !code.contains('`') => {
                inside.push_str(&format!("${{{code}}}"));
            }
            (Part::Text(_) | Part::Hole(_), _) => return None,
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
