//! CWE-79 in JavaScript: values are escaped where they go into HTML, or are set as text.
//!
//! A fix speaks only where it sees the whole text: one expression whose constant parts are known, in which each value that
//! is escaped is a plain read and stands where a browser shows it. What may be markup itself is left alone.

use crate::analyze::Origin;
use crate::analyze::unit::Node;

use super::super::call::{self, Call};
use super::super::edit::Edit;
use super::super::import;
use super::super::place::{Place, Proposal, Refused, is_call, within};
use super::html::Html;
use super::whole::{self, Part};
use super::{FIX, MARKS, helper, value};

const DESCRIPTION: &str = "Escaped the values where they go into the HTML: they are shown as text now.";
/// Packages that escape HTML, what they call it, and whether they take text only.
const ESCAPERS: &[(&str, &str, bool)] = &[
    ("escape-html", "", false),
    ("lodash", "escape", false),
    ("he", "encode", true),
    ("validator", "escape", true),
    ("html-escaper", "escape", true),
];
/// Methods that are given HTML.
const SENDERS: &[&str] = &[
    "send",
    "write",
    "writeln",
    "end",
    "html",
    "insertAdjacentHTML",
    "append",
    "prepend",
    "after",
    "before",
    "replaceWith",
    "parseHTML",
    "createContextualFragment",
    "SafeString",
    "bypassSecurityTrustHtml",
];
/// Properties that are set to HTML.
const SET: &[&str] = &["innerHTML", "outerHTML", "srcdoc", "body"];
/// Methods that send one text of several.
const STEPS: &[&str] = &["write", "writeln", "end"];
/// Methods that say what an answer is.
const KINDS: &[&str] =
    &["type", "contentType", "attachment", "format", "set", "header", "setHeader", "writeHead", "append"];

/// With the escape function of a package that the repository has.
pub(in crate::fix) fn escape_script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let (family, names) = (place.family, &place.facts.names);
    let (module, function, text_only) = ESCAPERS
        .iter()
        .find(|(module, ..)| names.uses(module) || place.project.has(family, module))
        .ok_or(Refused::NoTemplate)?;
    let values = values(place)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut uses = String::new();
    for value in values {
        let imported = import::function(place, value.range().start, module, function)?;
        for edit in imported.edits {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
        uses = imported.full;
        edits.push(enclosed(&value, &imported.code, *text_only));
    }
    Ok(Proposal::new(FIX, edits, DESCRIPTION).using(uses))
}

/// With the file's own function, else one line more.
pub(in crate::fix) fn escape_locally(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let values = values(place)?;
    let helper = helper::of(place, &values)?;
    let mut edits: Vec<Edit> =
        values.iter().map(|value| enclosed(value, &helper.name, helper.text_only)).collect();
    let inferred = u32::from(helper.line.is_some());
    edits.extend(helper.line);
    Ok(Proposal::new(FIX, edits, DESCRIPTION).inferring(inferred))
}

fn enclosed(value: &Node<'_>, function: &str, text_only: bool) -> Edit {
    let text = value.text();
    let text = if text_only { format!("String({text})") } else { text.into_owned() };
    Edit::replace(value.range(), format!("{function}({text})"))
}

/// The values in the text that are to be escaped.
fn values<'u>(place: &Place<'_, 'u>) -> Result<Vec<Node<'u>>, Refused> {
    let text = markup(place)?;
    if says_another_kind(place) {
        return Err(Refused::Shape("the answer may be something else than HTML"));
    }
    if is_one_of_several(place) {
        return Err(Refused::Shape("the text is sent in several steps"));
    }
    let parts = whole::parts(place, &text)?;
    let written: String = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Value(_) => "",
        })
        .collect();
    let mut html = Html::new();
    let mut is_known = true;
    let mut values: Vec<Node<'u>> = Vec::new();
    for part in parts {
        let node = match part {
            Part::Text(text) => {
                html.read(&text);
                continue;
            }
            Part::Value(node) => node,
        };
        let is_harmless = value::is_harmless(place, &node);
        let is_plain = value::is_plain(place, &node);
        if !is_harmless && is_foreign(place, &node) {
            if !is_plain {
                return Err(Refused::Shape("a value may be markup that was made elsewhere"));
            }
            if !is_known {
                return Err(Refused::Shape("what stands before a value is not known"));
            }
            if !html.shows() {
                return Err(Refused::Shape("a value stands where escaping does not help"));
            }
            if !values.iter().any(|other| other.range() == node.range()) {
                values.push(node);
            }
        }
        is_known &= is_harmless || is_plain;
        html.value();
    }
    is_html(place, &written)?;
    if values.is_empty() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    Ok(values)
}

/// Whether the constant parts of a text are HTML's, as far as they tell.
fn is_html(place: &Place<'_, '_>, written: &str) -> Result<(), Refused> {
    if written.trim().is_empty() {
        return Err(Refused::Shape(
            "no text is written beside the value: it may be no HTML, or markup as a whole",
        ));
    }
    // What sends it takes no text for HTML that does not begin with a tag.
    let is_body = assigned(&place.sink).is_some_and(|(left, _)| left.text().ends_with(".body"));
    if is_body && place.call().is_err() && !written.trim_start().starts_with('<') {
        return Err(Refused::Shape("the answer may be something else than HTML"));
    }
    if written.trim_start().starts_with(['{', '[']) {
        return Err(Refused::Shape("the text looks like JSON"));
    }
    Ok(())
}

/// From the outside, by the finding's way or as the rules know it.
fn is_foreign<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> bool {
    place.is_on_way(node) || place.facts.value(node, &[]).origin == Origin::Input
}

/// Whether the function, or what is used for every answer, sets a kind that is not said to be HTML.
fn says_another_kind(place: &Place<'_, '_>) -> bool {
    let function = place.facts.scopes.function_at(place.sink.range().start).range.clone();
    let root = place.facts.unit.root();
    let mut calls =
        root.dfs().filter(|node| is_call(&node.kind())).filter_map(|node| Call::of(place.facts, &node));
    calls.any(|call| {
        let arguments = call.list.text().to_ascii_lowercase();
        let speaks = match call.method() {
            "set" | "header" | "setHeader" | "writeHead" | "append" => {
                arguments.contains("content-type") || arguments.contains("content-disposition")
            }
            // It has an answer of every kind.
            "format" => within(&call.list.range(), &place.sink.range()),
            method => KINDS.contains(&method) && call.receiver().is_some(),
        };
        // Of the same answer: in this function or one around it, or for every answer.
        let counts = || {
            let around = &place.facts.scopes.function_at(call.node.range().start).range;
            let is_around = *around != root.range() && within(around, &place.sink.range());
            let mut outer = call.node.ancestors().filter_map(|node| Call::of(place.facts, &node));
            is_around || within(&function, &call.node.range()) || outer.any(|it| it.method() == "use")
        };
        speaks && (call.method() == "format" || !arguments.contains("html")) && counts()
    })
}

/// Whether the text is one of several that are sent: by the same function, or by others that it may call.
fn is_one_of_several(place: &Place<'_, '_>) -> bool {
    let Ok(call) = place.call() else { return false };
    if !STEPS.contains(&call.method()) {
        return false;
    }
    let function = place.facts.scopes.function_at(call.node.range().start).range.clone();
    let root = place.facts.unit.root();
    let calls = root.dfs().filter(|node| is_call(&node.kind()) && node.range() != call.node.range());
    let mut others = calls.filter_map(|node| Call::of(place.facts, &node));
    others.any(|other| {
        let sends = STEPS.contains(&other.method()) && !other.arguments.is_empty();
        sends && (other.method() != "end" || within(&function, &other.node.range()))
    })
}

/// A template engine that escapes.
pub(in crate::fix) fn autoescape_script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let wanted: &[(&str, &str)] = match call.method() {
        "compile" => &[("noEscape", "false")],
        _ => &[("autoescape", "true")],
    };
    let options = call.arguments.iter().find(|a| call::property(a, wanted[0].0).is_some());
    let edits = call::set_properties(options.ok_or(Refused::NoTemplate)?, wanted);
    let description =
        "Switched escaping on in templates. Values that are HTML on purpose must be marked safe.";
    Ok(Proposal::new("template_escaping", edits, description).changing_meaning())
}

/// `element.innerHTML = value` shows text as `textContent`, where no markup is written beside the value.
pub(in crate::fix) fn text_content(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let target = assigned(&place.sink).ok_or(Refused::NoTemplate)?;
    let (left, right) = target;
    let property = left.field("property").ok_or(Refused::NoTemplate)?;
    if property.text() != "innerHTML" {
        return Err(Refused::NoTemplate);
    }
    let written = place.written(&right).unwrap_or_else(|| right.clone());
    if [&right, &written].iter().any(|node| node.text().contains(MARKS)) {
        return Err(Refused::Shape("markup stands beside the value"));
    }
    if !value::is_plain(place, &right) {
        return Err(Refused::Shape("a value may be markup that was made elsewhere"));
    }
    let edits = vec![Edit::replace(property.range(), "textContent")];
    let description = "The value is set as text. Markup in it is shown and no longer interpreted.";
    Ok(Proposal::new(FIX, edits, description).changing_meaning())
}

fn assigned<'u>(sink: &Node<'u>) -> Option<(Node<'u>, Node<'u>)> {
    let own = sink.kind() == "assignment_expression";
    let node = if own {
        sink.clone()
    } else {
        sink.ancestors().find(|node| node.kind() == "assignment_expression")?
    };
    Some((node.field("left")?, node.field("right")?))
}

/// The expression that is sent, or assigned, as markup.
fn markup<'u>(place: &Place<'_, 'u>) -> Result<Node<'u>, Refused> {
    if let Ok(call) = place.call() {
        let at = usize::from(call.method() == "insertAdjacentHTML");
        let text = call.positional(at).filter(|_| SENDERS.contains(&call.method()));
        return text.ok_or(Refused::NoTemplate);
    }
    let (left, right) = assigned(&place.sink).ok_or(Refused::NoTemplate)?;
    let property = left.field("property").filter(|property| SET.contains(&&*property.text()));
    property.map(|_| right).ok_or(Refused::NoTemplate)
}
