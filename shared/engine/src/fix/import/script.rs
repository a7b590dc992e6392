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

pub(super) fn function(
    place: &Place<'_, '_>,
    at: usize,
    module: &str,
    function: &str,
) -> Option<(String, Vec<Edit>)> {
    let full = format!("{module}.{function}");
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
    let local = module.rsplit('/').next().unwrap_or(module);
    if is_free(place, local) && local.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Some((format!("{local}.{function}"), vec![add(place, module, local, None)]));
    }
    is_free(place, function).then(|| (function.to_owned(), vec![add(place, module, local, Some(function))]))
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
fn add(place: &Place<'_, '_>, module: &str, local: &str, function: Option<&str>) -> Edit {
    let source = place.source();
    let newline = place.newline();
    let root = place.facts.unit.root();
    let imports: Vec<_> = root.named_children().filter(is_import).collect();
    let first = imports.first().map(|import| import.text().into_owned()).unwrap_or_default();
    let quote = if first.contains('\'') { '\'' } else { '"' };
    let semicolon = if first.is_empty() || first.ends_with(';') { ";" } else { "" };
    let prefix = if source.contains("\"node:") || source.contains("'node:") { "node:" } else { "" };
    let module = format!("{quote}{prefix}{module}{quote}");
    let line = match (style(place, &imports), function) {
        (Style::Import, None) => format!("import * as {local} from {module}{semicolon}"),
        (Style::Import, Some(function)) => format!("import {{ {function} }} from {module}{semicolon}"),
        (Style::Require, None) => format!("const {local} = require({module}){semicolon}"),
        (Style::Require, Some(function)) => format!("const {{ {function} }} = require({module}){semicolon}"),
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
