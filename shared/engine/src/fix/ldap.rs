//! CWE-90: values in an LDAP filter are escaped (RFC 4515, section 3), and values in a name (RFC 4514, section 2.4).

use super::call::property;
use super::edit::Edit;
use super::enclose::{self, Escape, Which};
use super::holes;
use super::import;
use super::place::{Place, Proposal, Refused};

const FIX: &str = "ldap_injection_prevention";
const DESCRIPTION: &str = "Escaped the values where they go into the LDAP filter or name.";

/// A library, and its functions that escape: module and name, for filters and for names.
struct Library {
    name: &'static str,
    filter: (&'static str, &'static str),
    dn: (&'static str, &'static str),
}

const LIBRARIES: &[Library] = &[
    Library {
        name: "ldap3",
        filter: ("ldap3.utils.conv", "escape_filter_chars"),
        dn: ("ldap3.utils.dn", "escape_rdn"),
    },
    Library {
        name: "ldap",
        filter: ("ldap.filter", "escape_filter_chars"),
        dn: ("ldap.dn", "escape_dn_chars"),
    },
];

pub(super) fn python(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let used: Vec<_> = LIBRARIES.iter().filter(|library| place.facts.names.uses(library.name)).collect();
    let [library] = used[..] else {
        return Err(Refused::Shape("not one known LDAP library is imported"));
    };
    let given = [
        call.named("search_filter"),
        call.named("filterstr"),
        call.named("search_base"),
        call.named("base"),
        call.positional(0),
        call.positional(1),
        call.positional(2),
    ];
    let mut edits: Vec<Edit> = Vec::new();
    let mut uses = Vec::new();
    for text in given.into_iter().flatten() {
        let filter = escape(library.filter, &['(']);
        let dn = escape(library.dn, &['=']);
        let Ok(found) = enclose::values(place, &text, &filter, Which::All) else { continue };
        // A value that is the whole text is no value in one.
        if found.holes.iter().any(|hole| hole.before.is_empty()) {
            continue;
        }
        let is_filter = found.holes.iter().any(|hole| hole.before.contains('('));
        let found = if is_filter { found } else { enclose::values(place, &text, &dn, Which::All)? };
        edits.extend(found.edits.into_iter().filter(|edit| !edits.contains(edit)).collect::<Vec<_>>());
        uses.push(found.uses);
    }
    if edits.is_empty() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    let mut proposal = Proposal::new(FIX, edits, DESCRIPTION);
    proposal.uses = uses;
    Ok(proposal)
}

fn escape<'a>((module, function): (&'a str, &'a str), marks: &'a [char]) -> Escape<'a> {
    Escape { module, function, text_only: true, marks }
}

/// JavaScript: by `ldap-escape`, which the repository must have.
pub(super) fn script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let options =
        call.positional(1).and_then(|options| place.written(&options)).ok_or(Refused::NoTemplate)?;
    let filter = property(&options, "filter").ok_or(Refused::Shape("the value is not in a filter"))?;
    let holes = holes::of(place, &filter, &['(']);
    let mut holes = holes.ok_or(Refused::Shape("the text is put together in another way"))?;
    holes.retain(|hole| place.is_on_way(&hole.node));
    if holes.is_empty() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    let mut edits = Vec::new();
    let imported = import::function(place, call.node.range().start, "ldap-escape", "filter")?;
    edits.extend(imported.edits);
    for hole in &holes {
        // A tagged template escapes what is put into it.
        let text = format!("{}`${{{}}}`", imported.code, hole.node.text());
        edits.push(Edit::replace(hole.node.range(), text));
    }
    Ok(Proposal::new(FIX, edits, DESCRIPTION))
}
