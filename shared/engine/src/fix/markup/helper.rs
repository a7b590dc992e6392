//! What escapes in a JavaScript file without a package for it: a function of the file's own that visibly does, else one
//! line at the head of the function that sends the text.

use std::ops::Range;

use crate::analyze::unit::Node;

use super::super::edit::Edit;
use super::super::place::{Place, Refused, within};

/// What such a function is called; also what the new one may be called, in this order.
const NAMES: &[&str] = &["escapeHtml", "escapeHTML", "htmlEscape", "escapeMarkup"];
/// Most names of the kind `escapeHtml2` that are tried.
const MAX_NUMBER: u32 = 99;
/// What must be replaced, and the references that it may become.
const MARKS: &[(char, &[&str])] = &[
    ('&', &["&amp;", "&#38;"]),
    ('<', &["&lt;", "&#60;"]),
    ('>', &["&gt;", "&#62;"]),
    ('"', &["&quot;", "&#34;", "&#x22;"]),
    ('\'', &["&#39;", "&#039;", "&#x27;", "&apos;"]),
];

pub(super) struct Helper {
    pub(super) name: String,
    /// It fails for what is no text.
    pub(super) text_only: bool,
    /// The line that declares it.
    pub(super) line: Option<Edit>,
}

/// What escapes all of `values`.
pub(super) fn of<'u>(place: &Place<'_, 'u>, values: &[Node<'u>]) -> Result<Helper, Refused> {
    let first = values.first().ok_or(Refused::NoTemplate)?;
    let known = NAMES.iter().find_map(|name| {
        let own = values.iter().map(|value| declaration(place, value, name)).collect::<Option<Vec<_>>>()?;
        let one = own.first().filter(|first| own.iter().all(|other| other.range() == first.range()))?;
        escapes(place, one).then(|| Helper {
            name: (*name).to_owned(),
            text_only: !makes_text(one),
            line: None,
        })
    });
    match known {
        Some(known) => Ok(known),
        None => declare(place, first, values),
    }
}

/// The statement that a name means where the value stands: of the blocks around it the innermost that has one.
fn declaration<'u>(place: &Place<'_, 'u>, value: &Node<'u>, name: &str) -> Option<Node<'u>> {
    for outer in value.ancestors() {
        let takes = |field: &str| {
            outer
                .field(field)
                .is_some_and(|list| list.dfs().any(|node| node.is_named_leaf() && node.text() == name))
        };
        if takes("parameters") || takes("parameter") {
            return None;
        }
        if !matches!(&*outer.kind(), "statement_block" | "program") {
            continue;
        }
        let is_top = outer.range() == place.facts.unit.root().range();
        let found = outer.named_children().find_map(|statement| {
            let inner = match &*statement.kind() {
                "export_statement" => statement.field("declaration")?,
                _ => statement,
            };
            let declares = match &*inner.kind() {
                "function_declaration" => inner.field("name").is_some_and(|it| it.text() == name),
                "lexical_declaration" | "variable_declaration" | "import_statement" => {
                    bindings(&inner).any(|it| it.text() == name)
                }
                _ => false,
            };
            let is_ready =
                is_top || inner.kind() == "function_declaration" || inner.range().end <= value.range().start;
            declares.then_some((inner, is_ready))
        });
        if let Some((statement, is_ready)) = found {
            return is_ready.then_some(statement);
        }
    }
    None
}

/// The names that a statement binds, its values left out.
fn bindings<'u>(statement: &Node<'u>) -> impl Iterator<Item = Node<'u>> {
    let patterns: Vec<Node<'u>> = match &*statement.kind() {
        "import_statement" => vec![statement.clone()],
        _ => statement.named_children().filter_map(|declarator| declarator.field("name")).collect(),
    };
    patterns.into_iter().flat_map(|pattern| pattern.dfs().filter(Node::is_named_leaf).collect::<Vec<_>>())
}

/// Whether the function that a statement declares replaces every mark, as far as its own text shows.
fn escapes(place: &Place<'_, '_>, statement: &Node<'_>) -> bool {
    let function = match &*statement.kind() {
        "function_declaration" => Some(statement.clone()),
        "lexical_declaration" | "variable_declaration" => {
            let mut declarators = statement.named_children();
            declarators.next().and_then(|only| only.field("value")).filter(|_| declarators.next().is_none())
        }
        _ => None,
    };
    let Some(function) = function else { return false };
    let is_plain =
        matches!(&*function.kind(), "function_declaration" | "function_expression" | "arrow_function");
    if !is_plain || function.text().starts_with("async") {
        return false;
    }
    let mut replaced = String::new();
    for call in function.dfs().filter(|node| node.kind() == "call_expression") {
        let method = call.field("function").and_then(|callee| callee.field("property"));
        let Some(method) = method.map(|method| method.text().into_owned()) else { continue };
        let arguments: Vec<_> = call
            .field("arguments")
            .into_iter()
            .flat_map(|list| list.named_children().collect::<Vec<_>>())
            .collect();
        if let [pattern, _] = &arguments[..] {
            replaced.push_str(&every(&method, pattern));
        }
    }
    let source = place.source();
    let counts = function.text().contains("charCodeAt(") || function.text().contains("codePointAt(");
    MARKS.iter().all(|(mark, references)| {
        let is_written = counts || references.iter().any(|reference| source.contains(reference));
        replaced.contains(*mark) && is_written
    })
}

/// The characters of which a call replaces every one.
fn every(method: &str, pattern: &Node<'_>) -> String {
    let text = pattern.text();
    let plain = match (method, &*pattern.kind()) {
        ("replace" | "replaceAll", "regex") => {
            let all = text.strip_prefix('/').and_then(|text| text.rsplit_once('/'));
            all.filter(|(_, flags)| flags.contains('g')).map(|(inner, _)| inner)
        }
        ("replaceAll", "string") => text.get(1..text.len().saturating_sub(1)),
        _ => None,
    };
    let plain = plain.unwrap_or_default().replace('\\', "");
    match plain.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(class) if !class.starts_with('^') && !class.contains(['[', ']']) => class.to_owned(),
        Some(_) => String::new(),
        None if plain.chars().count() == 1 => plain,
        None => String::new(),
    }
}

/// Whether a function takes any value.
fn makes_text(function: &Node<'_>) -> bool {
    let text = function.text();
    text.contains("String(") || text.contains("`${")
}

/// A function of one line, at the head of the body of the function that sends the text.
fn declare<'u>(place: &Place<'_, 'u>, first: &Node<'u>, values: &[Node<'u>]) -> Result<Helper, Refused> {
    let function = place.facts.scopes.function_at(place.sink.range().start).range.clone();
    if function == place.facts.unit.root().range() {
        // In a browser it would be every script's.
        return Err(Refused::Shape("no function is around for an escape function"));
    }
    if !values.iter().all(|value| within(&function, &value.range())) {
        return Err(Refused::Shape("the text is made in another function"));
    }
    let body = body(first, &function);
    let body = body.ok_or(Refused::Shape("the function has no body for an escape function"))?;
    let is_directive = |statement: &Node<'_>| {
        statement.kind() == "comment"
            || statement.kind() == "expression_statement" && statement.text().starts_with(['"', '\''])
    };
    let head = body.named_children().find(|statement| !is_directive(statement)).ok_or(Refused::NoTemplate)?;
    let name = free(place, &function).ok_or(Refused::Shape("every name for an escape function is taken"))?;
    let is_typed = [".ts", ".tsx", ".mts", ".cts"].iter().any(|end| place.facts.unit.path.ends_with(end));
    let value = if is_typed { "value: unknown" } else { "value" };
    let line = format!(
        r#"const {name} = ({value}) => String(value).replace(/[&<>"']/g, (c) => `&#${{c.charCodeAt(0)}};`);"#
    );
    Ok(Helper { name, text_only: false, line: Some(place.before(&head, &[line])?) })
}

/// A name that the function does not mention.
fn free(place: &Place<'_, '_>, function: &Range<usize>) -> Option<String> {
    let root = place.facts.unit.root();
    let taken: Vec<String> = root
        .dfs()
        .filter(|node| node.is_named_leaf() && within(function, &node.range()))
        .map(|node| node.text().into_owned())
        .filter(|text| text.starts_with("escape") || text.starts_with("html"))
        .collect();
    let plain = NAMES.iter().map(|name| (*name).to_owned());
    let mut names = plain.chain((2..=MAX_NUMBER).map(|number| format!("{}{number}", NAMES[0])));
    names.find(|name| !taken.contains(name))
}

/// The body of the function, around the node.
fn body<'u>(node: &Node<'u>, function: &Range<usize>) -> Option<Node<'u>> {
    let block = |outer: &Node<'u>| {
        outer.kind() == "statement_block" && outer.parent().is_some_and(|parent| parent.range() == *function)
    };
    node.ancestors().find(block)
}
