//! CWE-614 and CWE-1004: cookies over encrypted connections only, and out of scripts' reach.

use super::call::{self, Call};
use super::edit::Edit;
use super::place::{Place, Proposal, Refused};
use crate::analyze::unit::Node;
use crate::language::Family;

const FIX: &str = "cookie_hardening";

pub(super) fn secure(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let edits = match place.family {
        Family::Python => python(place, &[("secure", "True"), ("samesite", "\"Lax\"")])?,
        Family::JavaScript => script(place, &[("secure", "true"), ("sameSite", "\"lax\"")])?,
    };
    let description = "The cookie is sent over encrypted connections only, and not with other sites' posts. \
                       Over plain HTTP, as on a developer's machine, browsers leave it out.";
    Ok(Proposal::new(FIX, edits, description).changing_meaning())
}

pub(super) fn http_only(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let edits = match place.family {
        Family::Python => python(place, &[("httponly", "True")])?,
        Family::JavaScript => script(place, &[("httpOnly", "true")])?,
    };
    let description = "Scripts in the page cannot read the cookie any more.";
    Ok(Proposal::new(FIX, edits, description).changing_meaning())
}

fn python(place: &Place<'_, '_>, wanted: &[(&str, &str)]) -> Result<Vec<Edit>, Refused> {
    let Some(call) = Call::of(place.facts, &place.sink) else { return setting(place) };
    if call.arguments.iter().any(|a| a.kind() == "dictionary_splat") {
        return Err(Refused::Shape("the cookie's settings come from elsewhere"));
    }
    if call.arguments.len() < 2 {
        return Err(Refused::Shape("a cookie that is made elsewhere is put into a jar"));
    }
    // What was not said is added; what was said of another setting stays.
    let (first, rest) = wanted.split_first().ok_or(Refused::NoTemplate)?;
    let mut edits = Vec::new();
    let mut added = Vec::new();
    if call.named(first.0).is_some() {
        edits.push(call.set(first.0, first.1));
    } else {
        added.push(format!("{}={}", first.0, first.1));
    }
    added.extend(rest.iter().filter(|(name, _)| call.named(name).is_none()).map(|(n, v)| format!("{n}={v}")));
    if !added.is_empty() {
        edits.push(call.append(&place.styled(&added.join(", "))));
    }
    Ok(edits)
}

/// `SESSION_COOKIE_SECURE = False`
fn setting(place: &Place<'_, '_>) -> Result<Vec<Edit>, Refused> {
    let own = place.sink.kind() == "assignment";
    let assignment = if own {
        Some(place.sink.clone())
    } else {
        place.sink.ancestors().find(|n| n.kind() == "assignment")
    };
    let value = assignment.and_then(|a| a.field("right")).filter(|value| value.text() == "False");
    Ok(vec![Edit::replace(value.ok_or(Refused::NoTemplate)?.range(), "True")])
}

fn script(place: &Place<'_, '_>, wanted: &[(&str, &str)]) -> Result<Vec<Edit>, Refused> {
    let call = place.call()?;
    if call.name.ends_with("-session") {
        let options = call.positional(0).and_then(|o| object(place, &o)).ok_or(Refused::NoTemplate)?;
        let inner = call::property(&options, "cookie").filter(|cookie| cookie.kind() == "object");
        return Ok(call::set_properties(&inner.unwrap_or(options), &wanted[..1]));
    }
    match call.positional(2) {
        Some(options) => {
            let options =
                object(place, &options).ok_or(Refused::Shape("the cookie's settings come from elsewhere"))?;
            let new: Vec<_> = wanted
                .iter()
                .enumerate()
                .filter(|(at, (key, _))| *at == 0 || call::property(&options, key).is_none())
                .map(|(_, (key, value))| (*key, place.styled(value)))
                .collect();
            let new: Vec<_> = new.iter().map(|(key, value)| (*key, value.as_str())).collect();
            Ok(call::set_properties(&options, &new))
        }
        None => {
            let list: Vec<_> = wanted.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            Ok(vec![call.append(&place.styled(&format!("{{ {} }}", list.join(", "))))])
        }
    }
}

/// An object literal, or the one that a name was given.
fn object<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Option<Node<'u>> {
    place.written(node).filter(|node| node.kind() == "object")
}
