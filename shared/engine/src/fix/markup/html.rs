//! Where a value stands in HTML: a reader over the text before it, as far as the HTML standard's tokenizer tells.
//!
//! Character references are read in text, in titles and text areas, and in quoted attributes ("attribute value states"), so
//! escaping helps there. It does not in a tag, without quotes, in a script, a style or a comment. Of attributes only those
//! count that are shown as they are: others are run, lead somewhere, or are read again by someone. Whatever is written in
//! an odd way loses the reader, and then nothing that follows counts.

#[cfg(test)]
mod tests;

/// Attributes whose value is shown, and `aria-*`.
const SHOWN: &[&str] = &["title", "alt", "value", "placeholder", "label", "summary"];
/// Elements whose attributes mean something else, or whose inner text no reader of tags understands.
const OTHER: &[&str] = &[
    "math",
    "svg",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "param",
    "plaintext",
    "template",
    "xmp",
];
/// Elements whose text is read as it stands, up to their own end.
const RAW: &[&str] = &["script", "style"];
/// The same, but with character references.
const PLAIN: &[&str] = &["title", "textarea"];

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Text,
    /// Behind `<`.
    Open,
    /// `<!`, with what follows.
    Declaration(String),
    Comment(String),
    Name(String),
    /// Between attributes.
    Tag,
    Attribute(String),
    /// Behind an attribute's name and a space.
    Named(String),
    /// Behind `=`.
    Value(String),
    Quoted(String, char),
    Unquoted,
    /// In an element whose text is read as it stands: what came since its tag.
    Inside(String),
    Lost,
}

pub(super) struct Html {
    state: State,
    /// The last tag's name, with `/` where it ends an element.
    tag: String,
}

impl Html {
    pub(super) fn new() -> Self {
        Self { state: State::Text, tag: String::new() }
    }

    pub(super) fn read(&mut self, text: &str) {
        for c in text.chars() {
            let state = std::mem::replace(&mut self.state, State::Lost);
            self.state = self.next(state, c.to_ascii_lowercase());
        }
    }

    /// A value that is no markup, escaped or not.
    pub(super) fn value(&mut self) {
        if !self.is_plain() && !matches!(self.state, State::Quoted(..)) {
            self.state = State::Lost;
        }
    }

    /// Whether a value that is escaped is shown here and nothing else.
    pub(super) fn shows(&self) -> bool {
        if let State::Quoted(name, _) = &self.state {
            return SHOWN.contains(&name.as_str()) || name.starts_with("aria-");
        }
        self.is_plain()
    }

    fn is_plain(&self) -> bool {
        if let State::Inside(text) = &self.state {
            return PLAIN.contains(&self.tag.as_str()) && !text.contains('<');
        }
        self.state == State::Text
    }

    /// Whether another text may follow as if it stood alone.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Text
    }

    fn next(&mut self, state: State, c: char) -> State {
        match state {
            State::Text | State::Open | State::Declaration(_) | State::Comment(_) | State::Inside(_) => {
                self.beside_tags(state, c)
            }
            State::Name(name) => self.in_name(name, c),
            State::Tag | State::Attribute(_) | State::Named(_) => self.in_tag(state, c),
            State::Value(_) | State::Quoted(..) | State::Unquoted => self.in_value(state, c),
            State::Lost => State::Lost,
        }
    }

    fn beside_tags(&self, state: State, c: char) -> State {
        match state {
            State::Text if c == '<' => State::Open,
            State::Text => State::Text,
            State::Open => match c {
                '!' => State::Declaration(String::new()),
                '/' => State::Name("/".to_owned()),
                'a'..='z' => State::Name(c.to_string()),
                '<' => State::Open,
                '?' => State::Lost,
                _ => State::Text,
            },
            State::Declaration(mut text) => {
                text.push(c);
                match &*text {
                    "--" => State::Comment(String::new()),
                    _ if text.starts_with('[') => State::Lost,
                    _ if c == '>' => State::Text,
                    _ => State::Declaration(text),
                }
            }
            State::Comment(mut text) => {
                text.push(c);
                let is_odd = text.starts_with('>') || text.starts_with("->") || text.ends_with("--!>");
                match text.ends_with("-->") {
                    _ if is_odd => State::Lost,
                    true => State::Text,
                    false => State::Comment(text),
                }
            }
            State::Inside(mut text) => {
                let is_end = text.strip_suffix(&self.tag).is_some_and(|rest| rest.ends_with("</"));
                text.push(c);
                match is_end {
                    true if c == '>' => State::Text,
                    true => State::Lost,
                    // A script that opens a comment may end elsewhere than at its end tag.
                    false if text.ends_with("<!--") => State::Lost,
                    false => State::Inside(text),
                }
            }
            State::Lost
            | State::Name(_)
            | State::Tag
            | State::Attribute(_)
            | State::Named(_)
            | State::Value(_)
            | State::Quoted(..)
            | State::Unquoted => State::Lost,
        }
    }

    fn in_name(&mut self, mut name: String, c: char) -> State {
        match c {
            'a'..='z' => {
                name.push(c);
                State::Name(name)
            }
            _ if name == "/" => State::Lost,
            '0'..='9' | '-' => {
                name.push(c);
                State::Name(name)
            }
            '>' => {
                self.tag = name;
                self.leave()
            }
            _ if c.is_ascii_whitespace() || c == '/' => {
                self.tag = name;
                State::Tag
            }
            _ => State::Lost,
        }
    }

    fn in_tag(&self, state: State, c: char) -> State {
        let is_space = c.is_ascii_whitespace();
        match state {
            State::Tag if is_space || c == '/' => State::Tag,
            State::Tag if c == '>' => self.leave(),
            State::Tag if is_name(c) => State::Attribute(c.to_string()),
            State::Attribute(mut name) => match c {
                '=' => State::Value(name),
                '>' => self.leave(),
                '/' => State::Tag,
                _ if is_space => State::Named(name),
                _ if is_name(c) => {
                    name.push(c);
                    State::Attribute(name)
                }
                _ => State::Lost,
            },
            State::Named(name) if is_space => State::Named(name),
            State::Named(name) if c == '=' => State::Value(name),
            State::Named(_) => self.in_tag(State::Tag, c),
            State::Tag
            | State::Lost
            | State::Text
            | State::Open
            | State::Declaration(_)
            | State::Comment(_)
            | State::Name(_)
            | State::Value(_)
            | State::Quoted(..)
            | State::Unquoted
            | State::Inside(_) => State::Lost,
        }
    }

    /// Of an attribute, from its `=` on.
    fn in_value(&self, state: State, c: char) -> State {
        let is_space = c.is_ascii_whitespace();
        match state {
            State::Value(name) if is_space => State::Value(name),
            State::Value(name) if matches!(c, '"' | '\'') => State::Quoted(name, c),
            State::Value(_) if matches!(c, '>' | '<' | '=' | '`') => State::Lost,
            State::Value(_) => State::Unquoted,
            State::Quoted(_, quote) if c == quote => State::Tag,
            State::Quoted(name, quote) => State::Quoted(name, quote),
            State::Unquoted if is_space => State::Tag,
            State::Unquoted if c == '>' => self.leave(),
            State::Unquoted if matches!(c, '"' | '\'' | '<' | '=' | '`') => State::Lost,
            State::Unquoted => State::Unquoted,
            State::Lost
            | State::Text
            | State::Open
            | State::Declaration(_)
            | State::Comment(_)
            | State::Name(_)
            | State::Tag
            | State::Attribute(_)
            | State::Named(_)
            | State::Inside(_) => State::Lost,
        }
    }

    /// Behind a tag's `>`.
    fn leave(&self) -> State {
        let tag = self.tag.as_str();
        if OTHER.contains(&tag) {
            State::Lost
        } else if RAW.contains(&tag) || PLAIN.contains(&tag) {
            State::Inside(String::new())
        } else {
            State::Text
        }
    }
}

/// A name with a namespace may mean anything.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '@' | '.')
}
