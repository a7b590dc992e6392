//! Python's `%` and `format`: text whose values stand behind it.

use super::{Piece, Statement};
use crate::analyze::unit::Node;

impl<'u> Statement<'u> {
    /// `"… %s …" % (a, b)`.
    pub(super) fn percent(&mut self, node: &Node<'u>) -> Option<()> {
        let (left, mut right) = (node.field("left")?, node.field("right")?);
        if right.kind() == "parenthesized_expression" {
            let inner = right.named_children().next();
            right = inner?;
        }
        let values: Vec<Node<'u>> = match &*right.kind() {
            "tuple" => right.named_children().collect(),
            "dictionary" => return None,
            _ => vec![right],
        };
        let (number, text) = self.plain(&left)?;
        let mut values = values.into_iter();
        let mut rest = text.as_str();
        let mut done = String::new();
        while let Some(at) = rest.find('%') {
            done.push_str(&rest[..at]);
            match rest[at + 1..].chars().next()? {
                '%' => done.push('%'),
                's' | 'd' | 'i' => {
                    self.pieces.push(Piece::Text(number, std::mem::take(&mut done)));
                    self.hole(values.next()?);
                }
                _ => return None,
            }
            // What follows is one of the bytes above.
            rest = &rest[at + 2..];
        }
        done.push_str(rest);
        self.pieces.push(Piece::Text(number, done));
        values.next().is_none().then_some(())
    }

    /// `"… {} {name} …".format(a, name=b)`.
    pub(super) fn format(&mut self, node: &Node<'u>) -> Option<()> {
        let function = node.field("function").filter(|function| function.kind() == "attribute")?;
        (function.field("attribute")?.text() == "format").then_some(())?;
        let (number, text) = self.plain(&function.field("object")?)?;
        let arguments: Vec<Node<'u>> = node.field("arguments")?.named_children().collect();
        let named = |name: &str| {
            let argument = arguments.iter().find(|argument| {
                argument.kind() == "keyword_argument"
                    && argument.field("name").is_some_and(|n| n.text() == name)
            });
            argument.and_then(|argument| argument.field("value"))
        };
        let positional = |index: usize| {
            arguments
                .get(index)
                .filter(|a| !a.kind().ends_with("splat") && a.kind() != "keyword_argument")
                .cloned()
        };
        let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
        let plain = |text: &str| text.replace('\u{1}', "{").replace('\u{2}', "}");
        let mut next = 0;
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (field, after) = after.split_once('}')?;
            self.pieces.push(Piece::Text(number, plain(before)));
            let value = match field.parse::<usize>() {
                Ok(index) => positional(index)?,
                Err(_) if field.is_empty() => {
                    next += 1;
                    positional(next - 1)?
                }
                Err(_) => named(field)?,
            };
            self.hole(value);
            rest = after;
        }
        self.pieces.push(Piece::Text(number, plain(rest)));
        Some(())
    }

    /// The content of a literal without holes, which becomes the only literal of its step, and its number.
    fn plain(&mut self, node: &Node<'u>) -> Option<(usize, String)> {
        (node.kind() == "string").then_some(())?;
        let pieces = self.pieces.len();
        self.literal(node)?;
        match (self.pieces.pop(), self.pieces.len() == pieces) {
            (Some(Piece::Text(number, text)), true) => Some((number, text)),
            _ => None,
        }
    }
}
