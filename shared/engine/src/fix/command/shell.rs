//! A command as a POSIX shell reads it: simple commands of words, with the values in them.
//!
//! It reads less than a shell does. What it does not read is refused, so that a value is where it seems to be.

use super::super::place::Refused;
use super::line::{Stretch, Value};

/// What a shell does more with, even within a word.
const SPECIAL: &[char] = &['$', '*', '?', '[', ']', '~', '{', '}', '!'];

#[derive(Default)]
pub(super) struct Word<'s, 'u> {
    pub(super) bits: Vec<Bit<'s, 'u>>,
    /// A value of it stands within quotes.
    pub(super) quotes_value: bool,
    quoted: bool,
}

pub(super) enum Bit<'s, 'u> {
    Text(String),
    Constant(&'s Stretch<'u>, &'s str),
    Value(&'s Value<'u>),
}

/// A program and its arguments.
#[derive(Default)]
pub(super) struct Simple<'s, 'u> {
    pub(super) words: Vec<Word<'s, 'u>>,
    /// The files that it reads from or writes to.
    pub(super) targets: Vec<Word<'s, 'u>>,
}

pub(super) struct Script<'s, 'u> {
    pub(super) commands: Vec<Simple<'s, 'u>>,
    /// Without a shell it would mean something else.
    pub(super) needs_shell: bool,
}

#[derive(Default)]
struct Reader<'s, 'u> {
    commands: Vec<Simple<'s, 'u>>,
    command: Simple<'s, 'u>,
    word: Word<'s, 'u>,
    quote: Option<char>,
    /// The next word is a file of a redirection.
    redirects: bool,
    needs_shell: bool,
    /// The last two characters, `None` for a value; what follows decides about some.
    last: Option<char>,
}

pub(super) fn read<'s, 'u>(stretches: &'s [Stretch<'u>]) -> Result<Script<'s, 'u>, Refused> {
    let mut reader = Reader { last: Some(' '), ..Reader::default() };
    for stretch in stretches {
        match stretch {
            Stretch::Text(text) => reader.text(text)?,
            Stretch::Constant { text, .. } if reader.is_word(text) => {
                reader.word.bits.push(Bit::Constant(stretch, text));
                reader.last = text.chars().next_back();
            }
            Stretch::Constant { text, .. } => reader.text(text)?,
            Stretch::Value(value) => reader.value(value)?,
        }
    }
    if reader.quote.is_some() {
        return Err(Refused::Shape("a quote in the command has no end"));
    }
    reader.end_command()?;
    Ok(Script { commands: reader.commands, needs_shell: reader.needs_shell })
}

impl<'s, 'u> Reader<'s, 'u> {
    /// Whether a constant is part of one word, wherever it stands.
    fn is_word(&self, text: &str) -> bool {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
        !text.is_empty() && text.chars().all(is_plain) && !matches!(self.last, Some('$' | '<' | '>' | '&'))
    }

    fn value(&mut self, value: &'s Value<'u>) -> Result<(), Refused> {
        if self.quote.is_some() {
            self.word.quotes_value = true;
        } else if matches!(self.last, Some('$' | '~' | '!' | '&')) {
            return Err(Refused::Shape("a shell reads a value together with the character before it"));
        }
        self.word.bits.push(Bit::Value(value));
        self.last = None;
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refused> {
        for c in text.chars() {
            self.read(c)?;
            self.last = Some(c);
        }
        Ok(())
    }

    fn read(&mut self, c: char) -> Result<(), Refused> {
        let expands = self.last == Some('$') && self.quote != Some('\'');
        if expands && matches!(c, '(' | '{' | '[' | '\'' | '"') {
            return Err(Refused::Shape("the command holds an expansion"));
        }
        match (self.quote, c) {
            (Some(open), c) if c == open => self.quote = None,
            (Some('\''), c) => self.push(c),
            (_, '`') => return Err(Refused::Shape("the command holds another command in backticks")),
            (_, '\\') => return Err(Refused::Shape("a backslash stands in the command")),
            (Some(_), c) => {
                self.needs_shell |= c == '$' || c == '!';
                self.push(c);
            }
            (None, '\'' | '"') => {
                self.quote = Some(c);
                self.word.quoted = true;
            }
            (None, ' ' | '\t') => self.end_word(),
            (None, '<' | '>') => self.redirect(c)?,
            (None, '&') if self.last == Some('>') || self.last == Some('<') => {
                return Err(Refused::Shape("the command copies a file descriptor"));
            }
            (None, '(') if self.word.is_begun() || matches!(self.last, Some('(' | '<' | '>' | '=')) => {
                return Err(Refused::Shape("the command holds more than words and operators"));
            }
            (None, ';') if self.last == Some(';') => {
                return Err(Refused::Shape("the command holds more than words and operators"));
            }
            (None, '\n' | '\r' | ';' | '|' | '&' | '(' | ')') => {
                self.needs_shell = true;
                self.end_command()?;
            }
            (None, '#') if !self.word.is_begun() => {
                return Err(Refused::Shape("the command holds a comment"));
            }
            (None, c) => {
                self.needs_shell |= SPECIAL.contains(&c);
                self.push(c);
            }
        }
        Ok(())
    }

    fn redirect(&mut self, c: char) -> Result<(), Refused> {
        self.needs_shell = true;
        match (self.last, c) {
            (Some('>'), '>') => {}
            (Some('<' | '>'), _) => {
                return Err(Refused::Shape("a shell reads what follows as text of its own"));
            }
            (Some('&'), _) => return Err(Refused::Shape("the command copies a file descriptor")),
            _ => {
                // `2>` is no word.
                let is_number = |bit: &Bit<'_, '_>| matches!(bit, Bit::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()));
                if self.word.bits.iter().all(is_number) && !self.word.quoted {
                    self.word = Word::default();
                }
                self.end_word();
                if self.redirects {
                    return Err(Refused::Shape("the command holds more than words and operators"));
                }
                self.redirects = true;
            }
        }
        Ok(())
    }

    fn push(&mut self, c: char) {
        match self.word.bits.last_mut() {
            Some(Bit::Text(text)) => text.push(c),
            _ => self.word.bits.push(Bit::Text(c.to_string())),
        }
    }

    fn end_word(&mut self) {
        if !self.word.is_begun() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        if std::mem::take(&mut self.redirects) {
            self.command.targets.push(word);
        } else {
            self.command.words.push(word);
        }
    }

    fn end_command(&mut self) -> Result<(), Refused> {
        self.end_word();
        let command = std::mem::take(&mut self.command);
        if self.redirects || command.words.is_empty() && !command.targets.is_empty() {
            return Err(Refused::Shape("the command holds more than words and operators"));
        }
        if !command.words.is_empty() {
            self.commands.push(command);
        }
        Ok(())
    }
}

impl<'s, 'u> Word<'s, 'u> {
    fn is_begun(&self) -> bool {
        self.quoted || !self.bits.is_empty()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &'s Value<'u>> {
        self.bits.iter().filter_map(|bit| match bit {
            Bit::Value(value) => Some(*value),
            Bit::Text(_) | Bit::Constant(..) => None,
        })
    }

    /// What it says, where no value is in it.
    pub(super) fn text(&self) -> Option<String> {
        let texts = self.bits.iter().map(|bit| match bit {
            Bit::Text(text) => Some(text.as_str()),
            Bit::Constant(_, text) => Some(*text),
            Bit::Value(_) => None,
        });
        texts.collect()
    }

    /// Whether it begins like an option, or a value decides about that.
    pub(super) fn may_be_option(&self) -> bool {
        match self.bits.first() {
            Some(Bit::Text(text)) => text.starts_with('-'),
            Some(Bit::Constant(_, text)) => text.starts_with('-'),
            Some(Bit::Value(_)) => true,
            None => false,
        }
    }
}
