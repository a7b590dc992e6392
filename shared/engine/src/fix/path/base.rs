//! The folder that a path is put together from: what stands before the first value from outside.

use super::super::call::Call;
use super::super::place::Place;
use crate::analyze::unit::Node;
use crate::language::Family;

/// A folder, as code.
pub(super) struct Base {
    pub(super) code: String,
    /// A `pathlib.Path`, not text.
    pub(super) is_object: bool,
}

const MAX_DEPTH: u32 = 4;

pub(super) fn of<'u>(place: &Place<'_, 'u>, path: &Node<'u>) -> Option<Base> {
    found(place, path, 0)
}

fn found<'u>(place: &Place<'_, 'u>, path: &Node<'u>, depth: u32) -> Option<Base> {
    let written = place.written(path).filter(|_| depth < MAX_DEPTH)?;
    match &*written.kind() {
        "parenthesized_expression" => found(place, &written.named_children().next()?, depth + 1),
        "string" | "template_string" => in_text(place, &written),
        "binary_operator" | "binary_expression" => {
            let (left, right) = (written.field("left")?, written.field("right")?);
            match &*written.field("operator")?.text() {
                "/" if place.family == Family::Python => {
                    if is_safe(place, &left) {
                        return Some(Base { code: left.text().into_owned(), is_object: true });
                    }
                    found(place, &left, depth + 1)
                }
                "+" if is_safe(place, &left) => {
                    // `"/data/" + name`, `ROOT + "/" + name`
                    let code = folder(place, &left)?;
                    (!right.text().is_empty()).then_some(Base { code, is_object: false })
                }
                "+" => found(place, &left, depth + 1),
                _ => None,
            }
        }
        _ => in_call(place, &written, depth),
    }
}

/// `os.path.join(root, name)`, `path.join(root, name)`, and calls that keep the folder.
fn in_call<'u>(place: &Place<'_, 'u>, node: &Node<'u>, depth: u32) -> Option<Base> {
    let call = Call::of(place.facts, node)?;
    let safe: Vec<_> = call.arguments.iter().take_while(|a| is_safe(place, a)).collect();
    match &*call.name {
        "os.path.join" | "path.join" | "path.resolve" | "path.posix.join"
            if safe.len() < call.arguments.len() =>
        {
            let texts: Vec<_> = safe.iter().map(|a| a.text().into_owned()).collect();
            match &texts[..] {
                [] => None,
                [only] => Some(Base { code: only.clone(), is_object: false }),
                all => Some(Base {
                    code: format!("{}({})", call.callee.text(), all.join(", ")),
                    is_object: false,
                }),
            }
        }
        "os.path.realpath" | "os.path.abspath" | "os.path.normpath" | "path.normalize" | "str" => {
            found(place, call.arguments.first()?, depth + 1)
        }
        "pathlib.Path" if safe.len() < call.arguments.len() => {
            let inner = match &safe[..] {
                [] => found(place, call.arguments.first()?, depth + 1)?.code,
                all => all.iter().map(|a| a.text().into_owned()).collect::<Vec<_>>().join(", "),
            };
            Some(Base { code: format!("{}({inner})", call.callee.text()), is_object: true })
        }
        _ => None,
    }
}

/// `f"{ROOT}/{name}"`, `f"/data/{name}"`: the text up to the last slash before the value.
fn in_text<'u>(place: &Place<'_, 'u>, text: &Node<'u>) -> Option<Base> {
    let parts: Vec<_> = text
        .named_children()
        .filter(|part| !matches!(&*part.kind(), "string_start" | "string_end"))
        .collect();
    let is_hole = |node: &Node<'_>| matches!(&*node.kind(), "interpolation" | "template_substitution");
    let value = parts.iter().position(|part| {
        is_hole(part) && part.named_children().next().is_none_or(|value| !is_safe(place, &value))
    })?;
    match &parts[..value] {
        // `{ROOT}/{name}`
        [root, slash] if is_hole(root) && slash.text() == "/" => {
            let code = root.named_children().next()?.text().into_owned();
            Some(Base { code, is_object: false })
        }
        [] => None,
        before => {
            let start = before.first()?.range().start;
            let end = before.last()?.range().end;
            let source = place.source();
            let folder = &source[start..end];
            let cut = folder.rfind('/')?;
            let folder = if cut == 0 { "/" } else { &folder[..cut] };
            let quoted = text.text();
            let open = &quoted[..start - text.range().start];
            // A part between a value's braces is no folder's end.
            let balanced = folder.matches('{').count() == folder.matches('}').count();
            let close = open.trim_start_matches(|c: char| c.is_alphabetic());
            let has_hole = before.iter().any(is_hole);
            let open = if has_hole { open.to_owned() } else { open.replace(['f', 'F'], "") };
            if open == "`" && !has_hole {
                return balanced.then(|| Base { code: format!("\"{folder}\""), is_object: false });
            }
            balanced.then(|| Base { code: format!("{open}{folder}{close}"), is_object: false })
        }
    }
}

/// The folder of a constant text that a name is added to.
fn folder<'u>(place: &Place<'_, 'u>, left: &Node<'u>) -> Option<String> {
    let text = left.text();
    if left.kind() == "string" {
        return text.trim_end_matches(['"', '\'']).ends_with('/').then(|| text.into_owned());
    }
    // `ROOT + "/"`
    let slash = left
        .field("right")
        .filter(|right| left.field("operator").is_some_and(|o| o.text() == "+") && right.kind() == "string");
    if let Some(slash) = slash {
        return slash.text().trim_end_matches(['"', '\'']).ends_with('/').then(|| text.into_owned());
    }
    let written = place.written(left)?;
    (written.kind() == "string" && written.text().trim_end_matches(['"', '\'']).ends_with('/'))
        .then(|| text.into_owned())
}

/// A value that does not come from outside.
fn is_safe<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    if place.finding.way.is_empty() { place.is_constant(node) } else { !place.is_on_way(node) }
}
