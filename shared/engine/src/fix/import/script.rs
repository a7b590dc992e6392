//! JavaScript's imports: `require` or `import`, as the file does.

use crate::analyze::unit::Node;

use super::super::edit::Edit;
use super::super::place::Place;

/// How a file takes in modules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Import,
    Require,
}

/// What of a module is taken in.
#[derive(Clone, Copy)]
enum Form<'a> {
    Whole,
    Default,
    One(&'a str),
}

pub(super) fn function(
    place: &Place<'_, '_>,
    at: usize,
    module: &str,
    function: &str,
) -> Option<(String, Vec<Edit>)> {
    let full = if function.is_empty() { module.to_owned() } else { format!("{module}.{function}") };
    for statement in place.facts.unit.root().named_children().filter(is_import) {
        for local in statement.dfs().filter(|node| node.is_named_leaf()) {
            let name = local.text();
            let is_local = matches!(&*local.kind(), "identifier" | "shorthand_property_identifier_pattern");
            let meant =
                place.facts.names.imported(&name).filter(|_| is_local && is_unshadowed(place, &name, at));
            if meant == Some(&*full) {
                return Some((name.into_owned(), Vec::new()));
            }
            if meant == Some(module) {
                return Some((format!("{name}.{function}"), Vec::new()));
            }
        }
    }
    if function.is_empty() {
        let local = camel_case(module);
        return is_free(place, &local)
            .then(|| (local.clone(), vec![add(place, module, &local, Form::Default)]));
    }
    if is_free(place, function)
        && let Some(edit) = beside(place, module, function)
    {
        return Some((function.to_owned(), vec![edit]));
    }
    let local = module.rsplit('/').next().unwrap_or(module);
    if is_free(place, local) && local.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Some((format!("{local}.{function}"), vec![add(place, module, local, Form::Whole)]));
    }
    is_free(place, function)
        .then(|| (function.to_owned(), vec![add(place, module, local, Form::One(function))]))
}

/// One name more in the braces that take in others of the module.
fn beside(place: &Place<'_, '_>, module: &str, function: &str) -> Option<Edit> {
    let prefix = format!("{module}.");
    let statements = place.facts.unit.root().named_children().filter(is_import).collect::<Vec<_>>();
    let lists = statements.iter().flat_map(|statement| {
        let braces = |node: &Node<'_>| matches!(&*node.kind(), "object_pattern" | "named_imports");
        statement.dfs().filter(braces).collect::<Vec<_>>()
    });
    let list = lists.into_iter().find(|list| {
        list.named_children().any(|name| {
            let local = name.field("name").unwrap_or_else(|| name.clone()).text().into_owned();
            place.facts.names.imported(&local).is_some_and(|full| full.starts_with(&prefix))
        })
    })?;
    let last = list.named_children().last()?;
    Some(Edit::insert(last.range().end, format!(", {function}")))
}

/// `escape-html` is `escapeHtml`.
fn camel_case(module: &str) -> String {
    let mut words = module.rsplit('/').next().unwrap_or(module).split(['-', '.']);
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        name.push_str(&first.to_uppercase());
        name.push_str(rest);
    }
    name
}

/// `import …` or `const … = require(…)`.
fn is_import(statement: &Node<'_>) -> bool {
    match &*statement.kind() {
        "import_statement" => true,
        "lexical_declaration" | "variable_declaration" => statement.text().contains("require("),
        _ => false,
    }
}

fn is_unshadowed(place: &Place<'_, '_>, name: &str, at: usize) -> bool {
    let function = place.facts.scopes.function_at(at);
    function.range == place.facts.unit.root().range()
        || !function.parameters.contains_key(name) && place.facts.scopes.assignments_at(name, at) == 0
}

fn is_free(place: &Place<'_, '_>, name: &str) -> bool {
    let root = place.facts.unit.root();
    let named = |node: &Node<'_>| {
        matches!(
            &*node.kind(),
            "identifier"
                | "shorthand_property_identifier"
                | "shorthand_property_identifier_pattern"
                | "type_identifier"
        )
    };
    !root.dfs().any(|node| named(&node) && node.text() == name)
}

/// A line below the last import at the top, else above the first statement that is no directive.
fn add(place: &Place<'_, '_>, module: &str, local: &str, form: Form<'_>) -> Edit {
    let source = place.source();
    let newline = place.newline();
    let root = place.facts.unit.root();
    let imports: Vec<_> = root.named_children().filter(is_import).collect();
    let first = imports.first().map(|import| import.text().into_owned()).unwrap_or_default();
    let quote = if first.contains('\'') { '\'' } else { '"' };
    let semicolon = if first.is_empty() || first.ends_with(';') { ";" } else { "" };
    let prefix = if source.contains("\"node:") || source.contains("'node:") { "node:" } else { "" };
    let module = format!("{quote}{prefix}{module}{quote}");
    let line = match (style(place, &imports), form) {
        (Style::Import, Form::Whole) => format!("import * as {local} from {module}{semicolon}"),
        (Style::Import, Form::Default) => format!("import {local} from {module}{semicolon}"),
        (Style::Import, Form::One(function)) => format!("import {{ {function} }} from {module}{semicolon}"),
        (Style::Require, Form::Whole | Form::Default) => {
            format!("const {local} = require({module}){semicolon}")
        }
        (Style::Require, Form::One(function)) => {
            format!("const {{ {function} }} = require({module}){semicolon}")
        }
    };
    // Those that follow one another from the first on: a later one may stand behind code.
    let mut last = None;
    for statement in root.named_children() {
        if is_import(&statement) {
            last = Some(statement.range().end);
        } else if last.is_some() && statement.kind() != "comment" {
            break;
        }
    }
    if let Some(end) = last {
        return Edit::insert(end, format!("{newline}{line}"));
    }
    let is_head = |statement: &Node<'_>| {
        let kind = statement.kind();
        matches!(&*kind, "comment" | "hash_bang_line")
            || kind == "expression_statement" && statement.text().starts_with(['"', '\''])
    };
    match root.named_children().find(|statement| !is_head(statement)) {
        Some(statement) => Edit::insert(statement.range().start, format!("{line}{newline}{newline}")),
        None => Edit::insert(source.len(), format!("{line}{newline}")),
    }
}

fn style(place: &Place<'_, '_>, imports: &[Node<'_>]) -> Style {
    let path = &place.facts.unit.path;
    let has_import = imports.iter().any(|import| import.kind() == "import_statement");
    let has_require = imports.iter().any(|import| import.kind() != "import_statement");
    if has_import || path.ends_with(".mjs") || path.ends_with(".mts") {
        return Style::Import;
    }
    let exports = place.facts.unit.root().named_children().any(|node| node.kind() == "export_statement");
    let is_typed = path.ends_with(".ts") || path.ends_with(".tsx");
    if exports || is_typed && !has_require { Style::Import } else { Style::Require }
}
