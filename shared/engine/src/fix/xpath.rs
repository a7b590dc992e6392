//! CWE-643: values reach an XPath expression as its variables; where the library has none, a value that could end its
//! quotes is refused.

mod variables;

use super::call::Call;
use super::edit::Edit;
use super::holes;
use super::place::{Place, Proposal, Refused};
use crate::analyze::Meaning;
use crate::analyze::unit::Node;

use variables::Variables;

const FIX: &str = "xpath_injection_prevention";

/// `root.xpath("//a[@id='" + x + "']")` to `root.xpath("//a[@id=$x]", x=x)`.
pub(super) fn bind(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let at = usize::from(call.name.starts_with("elementpath."));
    let text = call.value(at, &["path", "_path"]).ok_or(Refused::NoTemplate)?;
    let written = place.written(&text).ok_or(Refused::Shape("the text is put together in several steps"))?;
    let variables = Variables::of(place, &written).map_err(Refused::Shape)?;
    let mut edits = Vec::new();
    let keywords: Vec<_> = variables.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let keywords = keywords.join(", ");
    match call.method() {
        "xpath" => edits.push(call.append(&keywords)),
        "select" | "iter_select" | "Selector" if at == 1 => {
            if call.named("variables").is_some() {
                return Err(Refused::Shape("the call has variables already"));
            }
            let pairs: Vec<_> =
                variables.pairs.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
            edits.push(call.append(&place.styled(&format!("variables={{{}}}", pairs.join(", ")))));
        }
        "XPath" | "ETXPath" => edits.extend(runs(place, &call, &keywords)?),
        _ => return Err(Refused::Shape("the method takes no variables")),
    }
    // Others that use the text, as a message does, still see it.
    edits.push(Edit::replace(text.range(), variables.literal));
    let description = "Passes the values to the XPath expression as variables.";
    Ok(Proposal::new(FIX, edits, description).inferring(u32::from(text.range() != written.range())))
}

/// `find = XPath(text); find(root)`: the variables go where it runs.
fn runs<'u>(place: &Place<'_, 'u>, call: &Call<'u>, keywords: &str) -> Result<Vec<Edit>, Refused> {
    let parent = call.node.parent().ok_or(Refused::NoTemplate)?;
    if parent.kind() == "call" {
        let run = Call::of(place.facts, &parent).ok_or(Refused::NoTemplate)?;
        return Ok(vec![run.append(keywords)]);
    }
    let name =
        parent.field("left").filter(|left| parent.kind() == "assignment" && left.kind() == "identifier");
    let name = name.ok_or(Refused::Shape("the expression is run elsewhere"))?;
    let function = place.facts.scopes.function_at(call.node.range().start).range.clone();
    let root = place.facts.unit.root();
    let mut edits = Vec::new();
    for use_ in root.dfs().filter(|node| {
        node.kind() == "identifier" && node.text() == name.text() && node.range() != name.range()
    }) {
        let run = use_.parent().filter(|_| super::place::within(&function, &use_.range()));
        let run =
            run.and_then(|run| Call::of(place.facts, &run)).filter(|run| run.callee.range() == use_.range());
        let run = run.ok_or(Refused::Shape("the expression is run elsewhere"))?;
        edits.push(run.append(keywords));
    }
    if edits.is_empty() {
        return Err(Refused::Shape("the expression is run elsewhere"));
    }
    Ok(edits)
}

/// Refuses, before the expression runs, a value that has the quote which encloses it.
pub(super) fn guard(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let at = usize::from(call.name.starts_with("elementpath."));
    let text = call.value(at, &["path", "_path"]).ok_or(Refused::NoTemplate)?;
    let holes = holes::of(place, &text, &['/', '['])
        .ok_or(Refused::Shape("the text is put together in another way"))?;
    let mut values: Vec<(String, char)> = Vec::new();
    for hole in holes.iter().filter(|hole| place.is_on_way(&hole.node)) {
        let before = hole.before.chars().next_back().or_else(|| previous(place, &hole.node));
        let quote = before
            .filter(|c| matches!(c, '\'' | '"'))
            .ok_or(Refused::Shape("the value has no quotes around it"))?;
        if hole.node.kind() != "identifier" || is_reassigned(place, &hole.node) {
            return Err(Refused::Shape("the value has no name"));
        }
        let value = (hole.node.text().into_owned(), quote);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if values.is_empty() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    let statement = place.statement(&place.sink).ok_or(Refused::NoTemplate)?;
    let mut lines = Vec::new();
    for (name, quote) in values {
        let literal = if quote == '"' { "'\"'" } else { "\"'\"" };
        lines.push(format!("if {literal} in {name}:"));
        lines.push("\traise ValueError(\"a quote in an XPath value\")".to_owned());
    }
    let edits = vec![place.before(&statement, &lines)?];
    let description = "Refuses values that could end their quotes in the XPath expression.";
    Ok(Proposal::new(FIX, edits, description).inferring(1))
}

/// The last constant character that another statement puts before the value.
fn previous<'u>(place: &Place<'_, 'u>, node: &Node<'u>) -> Option<char> {
    let statement = place.statement(node)?.prev()?;
    let text = statement.text();
    let text = text.trim_end_matches([')', ']', ' ', ',']);
    let inside = text.strip_suffix(['"', '\''])?;
    inside.chars().next_back()
}

/// Whether the value could be another one where the expression runs.
fn is_reassigned(place: &Place<'_, '_>, node: &Node<'_>) -> bool {
    let at = place.sink.range().start;
    match place.facts.scopes.meaning(&node.text(), at) {
        Meaning::Values(_) => place.facts.scopes.is_assigned_between(&node.text(), node.range().end, at),
        Meaning::Parameter(_) | Meaning::Unknown => false,
    }
}

/// JavaScript: `xpath.select(text, doc)` to `xpath.parse(text).select({ node: doc, variables: {..} })`.
pub(super) fn script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    if !matches!(&*call.name, "xpath.select" | "xpath.select1") || call.arguments.len() != 2 {
        return Err(Refused::Shape("the function takes no variables"));
    }
    let (text, node) = match (call.positional(0), call.positional(1)) {
        (Some(text), Some(node)) => (text, node),
        _ => return Err(Refused::NoTemplate),
    };
    let object = call.receiver().ok_or(Refused::Shape("the function is imported by itself"))?;
    let written = place.written(&text).ok_or(Refused::Shape("the text is put together in several steps"))?;
    let variables = Variables::of(place, &written).map_err(Refused::Shape)?;
    let pairs: Vec<_> = variables
        .pairs
        .iter()
        .map(|(name, value)| if name == value { name.clone() } else { format!("{name}: {value}") })
        .collect();
    let code = format!(
        "{}.parse({}).{}({{ node: {}, variables: {{ {} }} }})",
        object.text(),
        variables.literal,
        call.method(),
        node.text(),
        pairs.join(", ")
    );
    let description = "Passes the values to the XPath expression as variables.";
    Ok(Proposal::new(FIX, vec![Edit::replace(call.node.range(), code)], description).using("xpath.parse"))
}
