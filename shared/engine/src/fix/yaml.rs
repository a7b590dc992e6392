//! YAML loaders that build any object become the ones that build data only.

use crate::analyze::unit::Node;
use crate::language::Family;

use super::edit::Edit;
use super::place::{Place, Proposal, Refused};
use super::rename;

pub(super) fn propose(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let (edits, uses) = match place.family {
        Family::Python => python(place)?,
        Family::JavaScript => (javascript(place)?, Vec::new()),
    };
    let description =
        "Load YAML as plain data; documents that name Python or JavaScript objects are refused.";
    let mut proposal = Proposal::new("safe_deserialization", edits, description);
    proposal.uses = uses;
    Ok(proposal)
}

/// `yaml.load(x, Loader=yaml.Loader)` becomes `yaml.safe_load(x)`.
fn python(place: &Place<'_, '_>) -> Result<(Vec<Edit>, Vec<String>), Refused> {
    let call = place.call()?;
    let (name, callee, arguments) = (call.name, call.callee, call.arguments);
    if !name.starts_with("yaml.") {
        return Err(Refused::Shape("other data would come out of another format"));
    }
    let safe = if name.ends_with("_all") { "safe_load_all" } else { "safe_load" };
    let mut edits = rename::callee(place, &callee, safe)?;
    let [document, rest @ ..] = &arguments[..] else { return Err(Refused::NoTemplate) };
    match rest {
        [] => {}
        [loader] if is_loader(loader) => {
            edits.push(Edit::replace(document.range().end..loader.range().end, ""));
        }
        _ => return Err(Refused::Shape("the loader is not named in the call")),
    }
    Ok((edits, vec![format!("yaml.{safe}")]))
}

fn is_loader(argument: &Node<'_>) -> bool {
    let value = argument.field("value").unwrap_or_else(|| argument.clone());
    let is_name = matches!(&*value.kind(), "identifier" | "attribute");
    let keyword = argument.field("name").is_none_or(|name| name.text() == "Loader");
    is_name && keyword && value.text().ends_with("Loader")
}

/// `DEFAULT_FULL_SCHEMA`, which only js-yaml 3 has, becomes that version's `DEFAULT_SAFE_SCHEMA`.
fn javascript(place: &Place<'_, '_>) -> Result<Vec<Edit>, Refused> {
    let schema = place
        .sink
        .dfs()
        .find(|node| node.kind() == "property_identifier" && node.text() == "DEFAULT_FULL_SCHEMA");
    let schema = schema.ok_or(Refused::Shape("the schema is not named in the call"))?;
    Ok(vec![Edit::replace(schema.range(), "DEFAULT_SAFE_SCHEMA")])
}
