//! CWE-611 and CWE-776: XML is read without what it refers to.

use super::call::{self, Call};
use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused, within};

const FIX: &str = "external_entity_prevention";
const DESCRIPTION: &str =
    "The parser does not follow the document's references to files and addresses any more.";
/// Modules that defusedxml has in a safe form.
const DEFUSED: &[(&str, &str)] = &[
    ("xml.etree.ElementTree", "defusedxml.ElementTree"),
    ("xml.etree.cElementTree", "defusedxml.ElementTree"),
    ("xml.dom.minidom", "defusedxml.minidom"),
    ("xml.dom.pulldom", "defusedxml.pulldom"),
    ("xml.sax", "defusedxml.sax"),
];

/// The parser's own settings: `resolve_entities=False`, `setFeature(.., False)`.
pub(super) fn settings(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    if let Some(edit) = feature(place) {
        return Ok(Proposal::new(FIX, vec![edit], DESCRIPTION));
    }
    let maker = if call.method() == "XMLParser" { Some(call.clone()) } else { parser(place, &call) };
    if let Some(maker) = maker.filter(|maker| maker.name.starts_with("lxml.")) {
        if maker.arguments.iter().any(|a| a.kind() == "dictionary_splat") {
            return Err(Refused::Shape("the parser's settings come from elsewhere"));
        }
        let edit = if place.finding.about.cwe == "CWE-776" {
            maker.set("huge_tree", "False")
        } else {
            maker.set("resolve_entities", "False")
        };
        return Ok(Proposal::new(FIX, vec![edit], DESCRIPTION));
    }
    if !call.name.starts_with("lxml.") || call.value(1, &["parser"]).is_some() {
        return Err(Refused::Shape("the parser is made elsewhere"));
    }
    let made = import::function(place, call.node.range().start, "lxml.etree", "XMLParser")?;
    let mut edits = made.edits;
    edits.push(call.append(&format!("parser={}(resolve_entities=False, no_network=True)", made.code)));
    Ok(Proposal::new(FIX, edits, DESCRIPTION).using(made.full))
}

/// The call that made the parser which this call is given.
fn parser<'u>(place: &Place<'_, 'u>, call: &Call<'u>) -> Option<Call<'u>> {
    let given = call.value(1, &["parser"]).or_else(|| call.receiver())?;
    Call::of(place.facts, &place.written(&given)?)
}

/// `parser.setFeature(feature_external_ges, True)` in the same function.
fn feature(place: &Place<'_, '_>) -> Option<Edit> {
    let function = place.facts.scopes.function_at(place.sink.range().start).range.clone();
    let root = place.facts.unit.root();
    let mut calls = root
        .dfs()
        .filter(|node| node.kind() == "call" && within(&function, &node.range()))
        .filter_map(|node| Call::of(place.facts, &node));
    let set = calls.find(|call| {
        call.method() == "setFeature"
            && call.positional(0).is_some_and(|name| name.text().contains("external"))
            && call.positional(1).is_some_and(|value| matches!(&*value.text(), "True" | "1"))
    })?;
    Some(Edit::replace(set.positional(1)?.range(), "False"))
}

/// The same function of defusedxml, where the repository has it.
pub(super) fn defused(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let (module, function) = call.name.rsplit_once('.').ok_or(Refused::NoTemplate)?;
    let safe = DEFUSED.iter().find(|(own, _)| *own == module).ok_or(Refused::NoTemplate)?.1;
    if call.arguments.len() > 1 {
        return Err(Refused::Shape("the call passes other arguments too"));
    }
    let imported = import::function(place, call.node.range().start, safe, function)?;
    let mut edits = imported.edits;
    edits.push(Edit::replace(call.callee.range(), imported.code));
    let description =
        "Reads the XML with defusedxml, which refuses entities; documents that declare some fail.";
    Ok(Proposal::new(FIX, edits, description).using(imported.full).changing_meaning())
}

/// `libxmljs.parseXml(x, { noent: true })`
pub(super) fn script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let options = call.positional(1).and_then(|options| place.written(&options));
    let value = options.as_ref().and_then(|options| call::property(options, "noent"));
    let value = value
        .filter(|value| value.text() == "true")
        .ok_or(Refused::Shape("the setting comes from elsewhere"))?;
    Ok(Proposal::new(FIX, vec![Edit::replace(value.range(), "false")], DESCRIPTION))
}
