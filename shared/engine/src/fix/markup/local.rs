//! JavaScript without a package that escapes HTML: the module's own function, else one line in the function itself.
//!
//! Character references are read in text and in quoted attributes only (the HTML standard's "attribute value states"), so a
//! value anywhere else is refused: in a tag, without quotes, in a script or a style, in an address or a handler.

use std::ops::Range;

use crate::analyze::unit::Node;

use super::super::edit::Edit;
use super::super::enclose::{self, Escape, Which};
use super::super::holes::{self, Hole};
use super::super::place::{Place, Proposal, Refused, within};
use super::{FIX, MARKS, markup};

/// What such a function is called; also what the new one may be called, in this order.
const NAMES: &[&str] = &["escapeHtml", "escapeHTML", "htmlEscape", "escapeMarkup"];
/// Attributes that are run, or lead somewhere, whatever is escaped in them.
const ACTIVE: &[&str] = &["href", "src", "srcdoc", "action", "formaction", "style", "data"];

pub(in crate::fix) fn escape_locally(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let text = markup(place)?;
    let own = own(place);
    let name =
        own.or_else(|| free(place)).ok_or(Refused::Shape("every name for an escape function is taken"))?;
    let escape = Escape { module: name, function: "", text_only: false, marks: MARKS };
    let chosen = enclose::chosen(place, &text, &escape, Which::Tainted)
        .or_else(|_| enclose::chosen(place, &text, &escape, Which::All))?;
    let all = holes::of(place, &text, MARKS).unwrap_or_default();
    if !stand_as_text(&all, &chosen) {
        return Err(Refused::Shape("a value stands where escaping does not help"));
    }
    let declared = if own.is_some() { None } else { Some(declare(place, name, &chosen)?) };
    let mut edits: Vec<Edit> = chosen
        .iter()
        .map(|hole| Edit::replace(hole.node.range(), format!("{name}({})", hole.node.text())))
        .collect();
    let inferred = u32::from(declared.is_some());
    edits.extend(declared);
    let description = "Escaped the values where they go into the HTML: they are shown as text now.";
    Ok(Proposal::new(FIX, edits, description).inferring(inferred))
}

/// The module's own function, made here or imported. That it escapes is for the ladder to see.
fn own(place: &Place<'_, '_>) -> Option<&'static str> {
    let root = place.facts.unit.root();
    let binds = |statement: &Node<'_>, name: &str| {
        statement.dfs().any(|node| {
            let parent = node.parent().map(|parent| parent.kind().into_owned()).unwrap_or_default();
            let is_bound = matches!(
                &*parent,
                "function_declaration" | "variable_declarator" | "object_pattern" | "import_specifier"
            );
            is_bound && node.text() == name
        })
    };
    let at_top = |statement: &Node<'_>| {
        matches!(&*statement.kind(), "function_declaration" | "lexical_declaration" | "import_statement")
    };
    let statements: Vec<_> = root.named_children().filter(at_top).collect();
    let is_shadowed = |name: &str| {
        let at = place.sink.range().start;
        let function = place.facts.scopes.function_at(at);
        function.range != root.range()
            && (function.parameters.contains_key(name) || place.facts.scopes.assignments_at(name, at) > 0)
    };
    let known = NAMES.iter().copied();
    known.filter(|name| !is_shadowed(name)).find(|name| statements.iter().any(|it| binds(it, name)))
}

/// A name that means nothing in the file.
fn free(place: &Place<'_, '_>) -> Option<&'static str> {
    let root = place.facts.unit.root();
    let is_taken = |name: &str| root.dfs().any(|node| node.is_named_leaf() && node.text() == name);
    NAMES.iter().copied().find(|name| !is_taken(name))
}

/// A function of one line, where the body of the function around the values first needs it.
fn declare<'u>(place: &Place<'_, 'u>, name: &str, holes: &[Hole<'u>]) -> Result<Edit, Refused> {
    let function = place.facts.scopes.function_at(place.sink.range().start).range.clone();
    if function == place.facts.unit.root().range() {
        // In a browser it would be every script's.
        return Err(Refused::Shape("no function is around for an escape function"));
    }
    let first = holes.first().ok_or(Refused::NoTemplate)?;
    if !holes.iter().all(|hole| within(&function, &hole.node.range())) {
        return Err(Refused::Shape("the text is made in another function"));
    }
    let statement = in_body(&first.node, &function);
    let statement = statement.ok_or(Refused::Shape("the function has no body for an escape function"))?;
    let path = &place.facts.unit.path;
    let value = if path.ends_with(".ts") || path.ends_with(".tsx") { "value: unknown" } else { "value" };
    let line = format!(
        r#"const {name} = ({value}) => String(value).replace(/[&<>"']/g, (c) => `&#${{c.charCodeAt(0)}};`);"#
    );
    place.before(&statement, &[line])
}

/// The statement of the function's own body that holds the node.
fn in_body<'u>(node: &Node<'u>, function: &Range<usize>) -> Option<Node<'u>> {
    let mut at = node.clone();
    loop {
        let parent = at.parent()?;
        let is_block = matches!(&*parent.kind(), "statement_block" | "program");
        let is_own =
            parent.range() == *function || parent.parent().is_some_and(|outer| outer.range() == *function);
        if is_block && is_own {
            return Some(at);
        }
        if parent.range() == *function {
            return None;
        }
        at = parent;
    }
}

/// Whether each of `chosen` stands in text, or in the quotes of an attribute that only says something.
fn stand_as_text(all: &[Hole<'_>], chosen: &[Hole<'_>]) -> bool {
    let mut html = String::new();
    all.iter().all(|hole| {
        html.push_str(&hole.before.to_ascii_lowercase());
        let is_chosen = chosen.iter().any(|other| other.node.range() == hole.node.range());
        let stands = !is_chosen || is_text_after(&html);
        html.push('x');
        stands
    })
}

/// `html` in lower case.
fn is_text_after(html: &str) -> bool {
    let is_open = |tag: &str| html.rfind(&format!("<{tag}")) > html.rfind(&format!("</{tag}"));
    if is_open("script") || is_open("style") {
        return false;
    }
    let tag = html.rfind('<').map(|at| &html[at..]).filter(|tag| !tag.contains('>'));
    let Some(tag) = tag else { return true };
    // An odd number of quotes: the last one opens the value that this is in.
    let Some((name, value)) = tag.rfind("=\"").or_else(|| tag.rfind("='")).map(|at| tag.split_at(at)) else {
        return false;
    };
    let quote = &value[1..2];
    let name = name.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
    !value[2..].contains(quote) && !name.starts_with("on") && !ACTIVE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::is_text_after;

    #[test]
    fn references_are_read_in_text_and_in_quoted_attributes() {
        for html in
            ["", "<p>", "<p>x", "a < b > c", "<script></script>", "<a title=\"", "<a title='x ", "<br/>"]
        {
            assert!(is_text_after(html), "{html}");
        }
        for html in [
            "<",
            "<a ",
            "<a title=",
            "<a title=\"x\" ",
            "<a href=\"",
            "<img onerror='",
            "<script>let a = '",
            "<style>",
            "<p style=\"color: ",
        ] {
            assert!(!is_text_after(html), "{html}");
        }
    }
}
