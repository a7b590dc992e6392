//! Python's imports: `import html`, or `from html import escape` where `html` is taken.

use crate::analyze::Meaning;
use crate::analyze::unit::Node;

use super::super::edit::Edit;
use super::super::place::{Place, within};

/// A name that an import binds.
struct Bound<'u> {
    local: String,
    full: String,
    statement: Node<'u>,
}

pub(super) fn function(
    place: &Place<'_, '_>,
    at: usize,
    module: &str,
    function: &str,
) -> Option<(String, Vec<Edit>)> {
    let bound = bindings(place);
    let full = format!("{module}.{function}");
    for import in bound.iter().filter(|import| is_visible(place, import, at)) {
        if import.full == full {
            return Some((import.local.clone(), Vec::new()));
        }
        if import.full == module {
            return Some((format!("{}.{function}", import.local), Vec::new()));
        }
    }
    let top = module.split('.').next().unwrap_or(module);
    if is_free(place, &bound, top, Some(top), at) {
        return Some((full, vec![add(place, &format!("import {module}"))]));
    }
    if function.contains('.') {
        return None;
    }
    if is_free(place, &bound, function, None, at) {
        return Some((function.to_owned(), vec![add(place, &format!("from {module} import {function}"))]));
    }
    let alias = format!("{}_{function}", module.replace('.', "_"));
    let import = format!("from {module} import {function} as {alias}");
    is_free(place, &bound, &alias, None, at).then(|| (alias, vec![add(place, &import)]))
}

fn bindings<'u>(place: &Place<'_, 'u>) -> Vec<Bound<'u>> {
    let root = place.facts.unit.root();
    let imports =
        root.dfs().filter(|node| matches!(&*node.kind(), "import_statement" | "import_from_statement"));
    let mut bound = Vec::new();
    for statement in imports {
        let prefix = match statement.field("module_name") {
            Some(module) => format!("{}.", module.text()),
            None => String::new(),
        };
        for name in statement.field_children("name") {
            let (named, alias) = match name.field("alias") {
                Some(alias) => (name.field("name"), Some(alias.text().into_owned())),
                None => (Some(name.clone()), None),
            };
            let Some(named) = named.map(|named| named.text().into_owned()) else { continue };
            let local = alias.unwrap_or_else(|| named.clone());
            bound.push(Bound { local, full: format!("{prefix}{named}"), statement: statement.clone() });
        }
    }
    bound
}

/// Whether the import has run, and its name still means it, at byte `at`.
fn is_visible(place: &Place<'_, '_>, import: &Bound<'_>, at: usize) -> bool {
    let Some(block) = import.statement.parent() else { return false };
    // A class's functions do not see its names.
    if block.parent().is_some_and(|owner| owner.kind() == "class_definition") {
        return false;
    }
    let reaches =
        block.kind() == "module" || import.statement.range().end <= at && within(&block.range(), &(at..at));
    let top = import.local.split('.').next().unwrap_or_default();
    let shadow = if block.kind() == "module" { is_bound_inside(place, top, at) } else { false };
    reaches && !shadow && matches!(place.facts.scopes.meaning(top, at), Meaning::Unknown)
}

/// Whether the function around `at` imports or assigns the name itself.
fn is_bound_inside(place: &Place<'_, '_>, name: &str, at: usize) -> bool {
    let function = place.facts.scopes.function_at(at).range.clone();
    let inner = bindings(place);
    place.facts.scopes.assignments_at(name, at) > 0
        || inner.iter().any(|import| {
            import.statement.parent().is_some_and(|block| block.kind() != "module")
                && within(&function, &import.statement.range())
                && import.local.split('.').next() == Some(name)
        })
}

/// Whether nothing in reach of `at` is called so; imports of the package `same` bind it at the top to the same thing.
fn is_free(place: &Place<'_, '_>, bound: &[Bound<'_>], name: &str, same: Option<&str>, at: usize) -> bool {
    let function = outermost(place, at);
    let root = place.facts.unit.root();
    let taken = root.dfs().filter(|node| node.kind() == "identifier" && node.text() == name).any(|node| {
        let parent = node.parent();
        let field = |of: &str, kind: &str| {
            parent.as_ref().is_some_and(|parent| {
                parent.kind() == kind && parent.field(of).is_some_and(|field| field.range() == node.range())
            })
        };
        if field("attribute", "attribute") || field("name", "keyword_argument") {
            return false;
        }
        let range = node.range();
        let at_top = outermost(place, range.start).is_none();
        let is_variable = !matches!(place.facts.scopes.meaning(name, range.start), Meaning::Unknown);
        let in_reach =
            at_top || is_variable || function.as_ref().is_some_and(|function| within(function, &range));
        let same_import = bound.iter().any(|import| {
            within(&import.statement.range(), &range)
                && import.statement.parent().is_some_and(|block| block.kind() == "module")
        });
        in_reach
            && !(same.is_some() && same_import)
            && !(same.is_some() && at_top && uses_import(bound, name))
    });
    !taken && matches!(place.facts.scopes.meaning(name, at), Meaning::Unknown)
}

/// Whether an import at the top of the file binds the name.
fn uses_import(bound: &[Bound<'_>], name: &str) -> bool {
    bound.iter().any(|import| {
        import.local.split('.').next() == Some(name)
            && import.statement.parent().is_some_and(|block| block.kind() == "module")
    })
}

/// The outermost function around the byte.
fn outermost(place: &Place<'_, '_>, at: usize) -> Option<std::ops::Range<usize>> {
    let mut node = place.facts.unit.root();
    loop {
        let inner = node.children().find(|child| within(&child.range(), &(at..at + 1)))?;
        if matches!(&*inner.kind(), "function_definition" | "lambda") {
            return Some(inner.range());
        }
        node = inner;
    }
}

/// A line among the first imports that are not of `__future__`, else below the module's docstring and comments.
fn add(place: &Place<'_, '_>, import: &str) -> Edit {
    let newline = place.newline();
    let root = place.facts.unit.root();
    let mut after = None;
    for statement in root.named_children() {
        match &*statement.kind() {
            "import_statement" | "import_from_statement" => {
                let rest = root.named_children().skip_while(|node| node.range() != statement.range());
                return among(place, rest, import);
            }
            "future_import_statement" => after = Some(statement.range().end),
            "comment" if after.is_none() => {
                // A shebang, an encoding or a licence stays first.
                after = Some(statement.range().end);
            }
            "comment" => {}
            "expression_statement" if statement.child(0).is_some_and(|inner| inner.kind() == "string") => {
                after = Some(statement.range().end);
            }
            _ => {
                return match after {
                    Some(end) => Edit::insert(end, format!("{newline}{newline}{import}")),
                    None => Edit::insert(statement.range().start, format!("{import}{newline}{newline}")),
                };
            }
        }
    }
    Edit::insert(after.unwrap_or_default(), format!("{newline}{import}{newline}"))
}

/// Sorted as isort sorts: `import` before `from`, each by its module. Of the imports, which begin with the first, those
/// count that stand line by line.
fn among<'u>(place: &Place<'_, 'u>, imports: impl Iterator<Item = Node<'u>>, import: &str) -> Edit {
    let newline = place.newline();
    let source = place.source();
    let key = |text: &str| {
        let module = text.split_whitespace().nth(1).unwrap_or_default().to_lowercase();
        (text.starts_with("from"), module)
    };
    let mut end = None;
    for statement in imports {
        let range = statement.range();
        let follows = |end: usize| &source[end..range.start] == newline;
        if !statement.kind().starts_with("import_") || !end.is_none_or(follows) {
            break;
        }
        if key(&statement.text()) > key(import) {
            return Edit::insert(range.start, format!("{import}{newline}"));
        }
        end = Some(range.end);
    }
    let end = end.unwrap_or_default();
    // A comment stays with its import.
    let line = source[end..].split(newline).next().unwrap_or_default().len();
    Edit::insert(end + line, format!("{newline}{import}"))
}
