//! CWE-79: values are escaped where they go into HTML, or are set as text.

mod local;

use crate::analyze::unit::Node;

use super::call::{self, Call};
use super::edit::Edit;
use super::enclose::{self, Escape, Which};
use super::holes::{self, Hole};
use super::place::{Place, Proposal, Refused, is_call};

pub(super) use local::escape_locally;

const FIX: &str = "cross_site_scripting_prevention";
const MARKS: &[char] = &['<', '>'];
/// Functions that are given the text which they send or mark.
const RESPONDERS: &[&str] = &[
    "make_response",
    "Response",
    "HttpResponse",
    "HttpResponseBadRequest",
    "HttpResponseNotFound",
    "HTMLResponse",
    "Markup",
    "mark_safe",
    "SafeString",
    "SafeText",
    "write",
    "html",
];
/// Methods that give a part of what they are called on, or the same in other letters.
const READS: &[&str] = &[
    "get",
    "getlist",
    "get_all",
    "pop",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "decode",
    "get_json",
    "get_data",
];
/// Packages that escape HTML, and what they call it.
const ESCAPERS: &[(&str, &str)] = &[
    ("escape-html", ""),
    ("lodash", "escape"),
    ("he", "encode"),
    ("validator", "escape"),
    ("html-escaper", "escape"),
];

/// Python: the values that the flow names.
pub(super) fn escape_tainted(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    python(place, Which::Tainted)
}

/// Python: every value in the text.
pub(super) fn escape_all(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    python(place, Which::All)
}

fn python<'u>(place: &Place<'_, 'u>, which: Which) -> Result<Proposal, Refused> {
    let text = match place.call() {
        Ok(call) if RESPONDERS.contains(&call.method()) => call
            .value(0, &["text", "body", "content", "response", "value", "data"])
            .ok_or(Refused::NoTemplate)?,
        // What another function returns may be markup: its own text is the place to escape.
        Ok(call) if !holes::is_composed(place.family, &call.node) && !is_read(place, &call) => {
            return Err(Refused::Shape("the text is made in another function"));
        }
        Ok(_) | Err(_) => place.sink.clone(),
    };
    let escape = Escape { module: "html", function: "escape", text_only: true, marks: MARKS };
    let found = enclose::values(place, &text, &escape, which)?;
    let is_made =
        |hole: &Hole<'u>| Call::of(place.facts, &hole.node).is_some_and(|call| !is_read(place, &call));
    if found.holes.iter().any(is_made) {
        return Err(Refused::Shape("a value may be markup that another function made"));
    }
    let description = "Escaped the values where they go into the HTML: they are shown as text now.";
    let inferred = u32::from(which == Which::All);
    Ok(Proposal::new(FIX, found.edits, description).using(found.uses).inferring(inferred))
}

/// Whether a call reads a value, as `request.args.get(..)` and `name.strip()` do, or makes plain text of one.
fn is_read<'u>(place: &Place<'_, 'u>, call: &Call<'u>) -> bool {
    let is_plain = |node: &Node<'u>| {
        Call::of(place.facts, node)
            .map_or_else(|| !node.dfs().any(|inner| is_call(&inner.kind())), |inner| is_read(place, &inner))
    };
    match call.receiver() {
        Some(receiver) => READS.contains(&call.method()) && is_plain(&receiver),
        None => call.name == "str" && call.positional(0).is_some_and(|value| is_plain(&value)),
    }
}

/// Python: a template engine that escapes.
pub(super) fn autoescape(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    if !call.name.ends_with("Environment") {
        return Err(Refused::NoTemplate);
    }
    let description =
        "Switched escaping on in templates. Values that are HTML on purpose must be marked safe.";
    Ok(Proposal::new("template_escaping", vec![call.set("autoescape", "True")], description)
        .changing_meaning())
}

/// JavaScript: a template engine that escapes.
pub(super) fn autoescape_script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
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

/// JavaScript: `element.innerHTML = value` shows text as `textContent`, where no markup is written beside the value.
pub(super) fn text_content(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
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

/// JavaScript: the escape function of a package that the repository has.
pub(super) fn escape_script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let text = markup(place)?;
    let family = place.family;
    let (module, function) = ESCAPERS
        .iter()
        .find(|(module, _)| place.facts.names.uses(module) || place.project.has(family, module))
        .ok_or(Refused::Shape("the repository has no function that escapes HTML"))?;
    let escape = Escape { module, function, text_only: false, marks: MARKS };
    let found = enclose::values(place, &text, &escape, Which::Tainted)
        .or_else(|_| enclose::values(place, &text, &escape, Which::All))?;
    let description = "Escaped the values where they go into the HTML: they are shown as text now.";
    Ok(Proposal::new(FIX, found.edits, description).using(found.uses))
}

/// JavaScript: the expression that is sent, or assigned, as markup.
fn markup<'u>(place: &Place<'_, 'u>) -> Result<Node<'u>, Refused> {
    match (place.call(), assigned(&place.sink)) {
        (Ok(call), _) => sent(&call).ok_or(Refused::NoTemplate),
        (Err(_), Some((_, right))) => Ok(right),
        (Err(_), None) => Ok(place.sink.clone()),
    }
}

/// What a response's method, or `document.write`, is given.
fn sent<'u>(call: &Call<'u>) -> Option<Node<'u>> {
    match call.method() {
        "insertAdjacentHTML" => call.positional(1),
        _ => call.positional(0),
    }
}
