//! CWE-90: values in an LDAP filter are escaped (RFC 4515, section 3).

use super::enclose::{self, Escape, Which};
use super::place::{Place, Proposal, Refused};

const FIX: &str = "ldap_injection_prevention";
/// Library, module of its escape function; the function is called the same in both.
const ESCAPERS: &[(&str, &str)] = &[("ldap3", "ldap3.utils.conv"), ("ldap", "ldap.filter")];

pub(super) fn python(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let known = ESCAPERS.iter().filter(|(library, _)| place.facts.names.uses(library));
    let (_, module) = known.clone().next().ok_or(Refused::Shape("no known LDAP library is imported"))?;
    if known.count() > 1 {
        return Err(Refused::Shape("several LDAP libraries are imported"));
    }
    let filters =
        [call.named("search_filter"), call.named("filterstr"), call.positional(1), call.positional(2)];
    let mut refused = Refused::Shape("the value is not in a filter");
    for filter in filters.into_iter().flatten() {
        let escape = Escape { module, function: "escape_filter_chars", text_only: true, marks: &['('] };
        match enclose::values(place, &filter, &escape, Which::Tainted) {
            // A value that is the whole filter is no value in one.
            Ok(found) if found.holes.iter().all(|hole| !hole.before.is_empty() || !hole.after.is_empty()) => {
                let description = "Escaped the values where they go into the LDAP filter.";
                return Ok(Proposal::new(FIX, found.edits, description).using(found.uses));
            }
            Ok(_) => refused = Refused::Shape("the value is the whole filter"),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// JavaScript: by `ldap-escape`, which the repository must have.
pub(super) fn script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let options =
        call.positional(1).and_then(|options| place.written(&options)).ok_or(Refused::NoTemplate)?;
    let filter =
        super::call::property(&options, "filter").ok_or(Refused::Shape("the value is not in a filter"))?;
    let holes = super::holes::of(place, &filter, &['(']);
    let mut holes = holes.ok_or(Refused::Shape("the text is put together in another way"))?;
    holes.retain(|hole| place.is_on_way(&hole.node));
    if holes.is_empty() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    let mut edits = Vec::new();
    let imported = super::import::function(place, call.node.range().start, "ldap-escape", "filter")?;
    edits.extend(imported.edits);
    for hole in &holes {
        // A tagged template escapes what is put into it.
        let text = format!("{}`${{{}}}`", imported.code, hole.node.text());
        edits.push(super::edit::Edit::replace(hole.node.range(), text));
    }
    Ok(Proposal::new(FIX, edits, "Escaped the values where they go into the LDAP filter."))
}
