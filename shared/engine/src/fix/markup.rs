//! CWE-79: values are escaped where they go into HTML, or are set as text. Here in Python; `script` is JavaScript's.

mod helper;
mod html;
mod script;
mod segment;
mod value;
mod whole;

use crate::analyze::unit::Node;

use super::call::Call;
use super::enclose::{self, Escape, Which};
use super::holes::{self, Hole};
use super::place::{Place, Proposal, Refused, is_call};

pub(super) use script::{autoescape_script, escape_locally, escape_script, text_content};

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
    let shows = |hole: &Hole<'u>| segment::shows(place, &text, &hole.node);
    if !found.holes.iter().all(shows) {
        return Err(Refused::Shape("a value stands where escaping does not help"));
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
