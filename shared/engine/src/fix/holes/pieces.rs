//! What one expression makes text of: constant pieces and values, in the order of the text.

use crate::analyze::unit::Node;
use crate::language::Family;

pub(in crate::fix) enum Piece<'u> {
    Text(String),
    Hole(Node<'u>, bool),
}

/// Whether the expression puts values into text.
pub(in crate::fix) fn is_composed(family: Family, node: &Node<'_>) -> bool {
    match pieces(family, node) {
        Some(Some(pieces)) => pieces.iter().any(|piece| matches!(piece, Piece::Hole(..))),
        Some(None) => true,
        None => false,
    }
}

/// What an expression that makes text is made of; `None` for any other, `Some(None)` where it cannot be read.
pub(in crate::fix) fn pieces<'u>(family: Family, node: &Node<'u>) -> Option<Option<Vec<Piece<'u>>>> {
    let mut out = Vec::new();
    match &*node.kind() {
        "string" | "template_string" | "concatenated_string" => Some(quoted(node, &mut out).map(|()| out)),
        "binary_operator" | "binary_expression" => {
            let operator = node.field("operator")?.text().into_owned();
            let (left, right) = (node.field("left")?, node.field("right")?);
            if operator == "+" {
                let read = operand(family, &left, &mut out).and_then(|()| operand(family, &right, &mut out));
                return Some(read.map(|()| out));
            }
            let is_format = family == Family::Python && operator == "%" && left.kind().ends_with("string");
            is_format.then_some(())?;
            let values = match &*right.kind() {
                "tuple" | "parenthesized_expression" => right.named_children().collect(),
                "dictionary" => return Some(None),
                _ => vec![right],
            };
            Some(content(&left).and_then(|text| percent(&text, values)))
        }
        "call" => {
            let callee = node.field("function").filter(|callee| callee.kind() == "attribute")?;
            let (object, method) = (callee.field("object")?, callee.field("attribute")?);
            object.kind().ends_with("string").then_some(())?;
            let arguments: Vec<_> = node.field("arguments")?.named_children().collect();
            match &*method.text() {
                "format" => Some(content(&object).and_then(|text| fields(&text, &arguments))),
                "join" => {
                    let [list] = &arguments[..] else { return Some(None) };
                    if !matches!(&*list.kind(), "list" | "tuple") {
                        return None;
                    }
                    let read = list.named_children().try_for_each(|item| operand(family, &item, &mut out));
                    Some(read.map(|()| out))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// One side of a sum.
fn operand<'u>(family: Family, node: &Node<'u>, out: &mut Vec<Piece<'u>>) -> Option<()> {
    let node = match &*node.kind() {
        "parenthesized_expression" => node.named_children().next()?,
        _ => node.clone(),
    };
    match pieces(family, &node) {
        Some(inner) => out.extend(inner?),
        None => out.push(Piece::Hole(node, false)),
    }
    Some(())
}

/// A literal's text and what is put into it.
fn quoted<'u>(node: &Node<'u>, out: &mut Vec<Piece<'u>>) -> Option<()> {
    for part in node.named_children() {
        match &*part.kind() {
            "string" => quoted(&part, out)?,
            "interpolation" | "template_substitution" => {
                let inner: Vec<_> = part.named_children().collect();
                match &inner[..] {
                    [value] => out.push(Piece::Hole(value.clone(), true)),
                    [value, conversion] if conversion.text() == "!s" => {
                        out.push(Piece::Hole(value.clone(), true));
                    }
                    _ => return None,
                }
            }
            "string_start" | "string_end" => {}
            _ => match out.last_mut() {
                Some(Piece::Text(text)) => text.push_str(&part.text()),
                Some(Piece::Hole(..)) | None => out.push(Piece::Text(part.text().into_owned())),
            },
        }
    }
    Some(())
}

/// The text of a literal that nothing is put into.
fn content(literal: &Node<'_>) -> Option<String> {
    let mut pieces = Vec::new();
    quoted(literal, &mut pieces)?;
    let texts = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Hole(..) => None,
    });
    texts.collect()
}

/// `"… %s …" % values`, with text fields only.
fn percent<'u>(format: &str, values: Vec<Node<'u>>) -> Option<Vec<Piece<'u>>> {
    let mut texts = format.split("%s");
    let mut out = vec![Piece::Text(texts.next()?.to_owned())];
    for value in values {
        out.push(Piece::Hole(value, true));
        out.push(Piece::Text(texts.next()?.to_owned()));
    }
    let is_plain = |piece: &Piece<'_>| !matches!(piece, Piece::Text(text) if text.contains('%'));
    (texts.next().is_none() && out.iter().all(is_plain)).then_some(out)
}

/// `"… {} {1} {name} …".format(..)`; a field that looks into its value cannot be enclosed.
fn fields<'u>(format: &str, arguments: &[Node<'u>]) -> Option<Vec<Piece<'u>>> {
    let named = |name: &str| {
        let is_it = |a: &&Node<'u>| a.field("name").is_some_and(|field| field.text() == name);
        arguments.iter().filter(|a| a.kind() == "keyword_argument").find(is_it)?.field("value")
    };
    let positional = |at: usize| {
        arguments.get(at).filter(|a| a.kind() != "keyword_argument" && !a.kind().ends_with("splat")).cloned()
    };
    let mut out = Vec::new();
    let mut rest = format;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}')?;
        out.push(Piece::Text(before.to_owned()));
        let value = match field.parse::<usize>() {
            Ok(at) => positional(at)?,
            Err(_) if field.is_empty() => {
                next += 1;
                positional(next - 1)?
            }
            Err(_) => named(field)?,
        };
        out.push(Piece::Hole(value, true));
        rest = after;
    }
    out.push(Piece::Text(rest.to_owned()));
    Some(out)
}

/// A text in one expression, as code.
#[derive(Clone, Debug)]
pub(in crate::fix) enum Part {
    Text(String),
    Hole(String),
}

/// The parts of a text that one expression makes, its escapes undone; `None` where an escape or a form is not simple.
pub(in crate::fix) fn parts(family: Family, node: &Node<'_>) -> Option<Vec<Part>> {
    let parts = pieces(family, node)??.into_iter().map(|piece| match piece {
        Piece::Text(text) => unescaped(&text).map(Part::Text),
        Piece::Hole(node, _) => Some(Part::Hole(node.text().into_owned())),
    });
    parts.collect()
}

/// `\'` is a quote; other escapes are not read here.
fn unescaped(text: &str) -> Option<String> {
    let text = text.replace("\\'", "'").replace("\\\"", "\"");
    (!text.contains('\\')).then_some(text)
}
