//! TypeScript as JavaScript that Node.js runs without a compiler: types become blanks, imports and exports CommonJS.
//!
//! Invariant: every line stays on its line, so that what is known of the source's lines holds for what is run. What has
//! no JavaScript of its own (enumerations, namespaces, decorators, fields made of parameters, JSX) is refused by name.

mod module;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};

use crate::analyze::outline::Outline;
use crate::analyze::unit::{Node, Unit, Unread};
use crate::fix::{Edit, apply};
use crate::language::Language;
use crate::tree::Tree;

/// Of one program that is made runnable; the other files are not needed for one call, or it fails for their lack.
const MAX_FILES: usize = 200;
const MAX_BYTES: usize = 1_000_000;

struct Erased {
    text: String,
    /// What it imports, as it says it.
    imports: Vec<String>,
}

pub(super) fn is_typed(path: &str) -> bool {
    matches!(Language::of_path(path), Some(Language::TypeScript | Language::Tsx))
}

/// The tree with the file, and those that it imports by their place, made runnable. Of these one that cannot be is left as
/// it is: loading it says so.
pub(super) fn runnable(tree: &Tree, path: &str) -> Result<Tree, String> {
    let mut runnable = tree.clone();
    let mut seen = BTreeSet::from([path.to_owned()]);
    let mut due = VecDeque::from([path.to_owned()]);
    let mut left = MAX_BYTES;
    while let Some(next) = due.pop_front() {
        let Some(source) = tree.get(&next).and_then(|bytes| str::from_utf8(bytes).ok()) else { continue };
        left = left.saturating_sub(source.len());
        if left == 0 {
            break;
        }
        match erase(&next, source) {
            Ok(erased) => {
                runnable.insert(next.as_str(), erased.text.into_bytes());
                let named = erased.imports.iter().filter_map(|import| find(tree, &next, import));
                due.extend(named.filter(|found| seen.len() < MAX_FILES && seen.insert(found.clone())));
            }
            Err(reason) if next == path => return Err(reason),
            Err(_) => {}
        }
    }
    Ok(runnable)
}

/// The typed file that an import names by its place.
fn find(tree: &Tree, from: &str, import: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in import.strip_prefix('.').map(|_| import.split('/'))? {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    let whole = parts.join("/");
    let bare =
        [".js", ".mjs", ".cjs", ".jsx"].iter().find_map(|end| whole.strip_suffix(end)).unwrap_or(&whole);
    let names =
        ["", ".ts", ".tsx", ".mts", ".cts", "/index.ts", "/index.tsx"].map(|end| format!("{bare}{end}"));
    names.into_iter().find(|name| is_typed(name) && tree.contains(name))
}

fn erase(path: &str, source: &str) -> Result<Erased, String> {
    let unit = Unit::read(path, source.as_bytes()).map_err(|why| why.to_string())?;
    let unit = unit.ok_or("it is not source code that people wrote")?;
    if Outline::of(&unit).is_none() {
        return Err(Unread::TooDeep.to_string());
    }
    let mut walk = Walk { edits: Vec::new(), imports: Vec::new() };
    walk.node(&unit.root())?;
    let Walk { mut edits, imports } = walk;
    // What is used as a value stands in what is left when types and imports are gone.
    let blanked: Vec<Edit> = imports.iter().map(|import| blank(import, "")).chain(edits.clone()).collect();
    let left = apply(unit.source(), &blanked);
    let words: BTreeSet<&str> = left.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').collect();
    edits.extend(imports.iter().map(|import| {
        let text = module::import(import, &|name| words.contains(name));
        Edit::replace(import.range(), text + &lines_of(&import.text()))
    }));
    let imports = unit.root().children().filter_map(|statement| module::source(&statement)).collect();
    Ok(Erased { text: apply(unit.source(), &edits), imports })
}

struct Walk<'u> {
    edits: Vec<Edit>,
    /// They need to know what is left of all else.
    imports: Vec<Node<'u>>,
}

impl<'u> Walk<'u> {
    fn node(&mut self, node: &Node<'u>) -> Result<(), String> {
        let kind = node.kind();
        if let Some(what) = refused(node, &kind) {
            return Err(format!(
                "line {} has {what}, which would have to be compiled",
                node.start_pos().line() + 1
            ));
        }
        match &*kind {
            "import_statement" => self.imports.push(node.clone()),
            "export_statement" => return self.export(node),
            // A statement before one that was erased must not run on into the one behind it.
            "interface_declaration"
            | "type_alias_declaration"
            | "ambient_declaration"
            | "function_signature" => {
                self.edits.push(blank(node, ";"));
            }
            _ if is_erased(&kind) => self.edits.push(blank(node, "")),
            "required_parameter" | "optional_parameter" if is_this(node) => {
                self.edits.push(blank(node, ""));
                self.edits
                    .extend(node.next().filter(|next| next.kind() == ",").map(|comma| blank(&comma, "")));
            }
            // `x as T`, `x satisfies T`: all behind the value.
            "as_expression" | "satisfies_expression" => {
                let value = node.child(0).ok_or("an expression without a value")?;
                let behind = value.range().end..node.range().end;
                let text = node.text();
                self.edits.push(Edit::replace(behind, blanks(&text[value.range().len()..])));
                self.node(&value)?;
            }
            _ => {
                for child in node.children() {
                    if is_erased_in(&kind, &child.kind()) {
                        self.edits.push(blank(&child, ""));
                    } else {
                        self.node(&child)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn export(&mut self, node: &Node<'u>) -> Result<(), String> {
        let head = module::export(node)?;
        let whole = head.range == node.range();
        let text = node.text();
        let replaced = text.get(..head.range.len()).unwrap_or_default();
        self.edits.push(Edit::replace(head.range.clone(), head.text + &lines_of(replaced)));
        if whole {
            return Ok(());
        }
        let rest = node.children().filter(|child| child.range().start >= head.range.end);
        rest.into_iter().try_for_each(|child| self.node(&child))
    }
}

fn refused(node: &Node<'_>, kind: &str) -> Option<&'static str> {
    match kind {
        "enum_declaration" => Some("an enumeration"),
        "internal_module" | "module" if node.is_named() => Some("a namespace"),
        "decorator" => Some("a decorator"),
        "required_parameter" | "optional_parameter" => {
            let is_field = |child: Node<'_>| matches!(&*child.kind(), "accessibility_modifier" | "readonly");
            node.children().any(is_field).then_some("a field made of a parameter")
        }
        "jsx_element" | "jsx_self_closing_element" | "jsx_fragment" => Some("JSX"),
        "meta_property" if node.text().starts_with("import") => Some("`import.meta`"),
        _ => None,
    }
}

fn is_erased(kind: &str) -> bool {
    matches!(
        kind,
        "type_annotation"
            | "type_parameters"
            | "type_arguments"
            | "asserts_annotation"
            | "type_predicate_annotation"
            | "opting_type_annotation"
            | "omitting_type_annotation"
            | "abstract_method_signature"
            | "method_signature"
            | "index_signature"
            | "implements_clause"
            | "accessibility_modifier"
            | "override_modifier"
    )
}

/// Words and signs that are types in one place and not in another.
fn is_erased_in(parent: &str, token: &str) -> bool {
    match token {
        "?" => matches!(parent, "optional_parameter" | "public_field_definition" | "method_definition"),
        "!" => matches!(parent, "public_field_definition" | "variable_declarator" | "non_null_expression"),
        "readonly" | "declare" => parent == "public_field_definition",
        "abstract" => matches!(parent, "abstract_class_declaration" | "public_field_definition"),
        _ => false,
    }
}

fn is_this(parameter: &Node<'_>) -> bool {
    parameter.field("pattern").is_some_and(|pattern| pattern.kind() == "this")
}

fn blank(node: &Node<'_>, first: &str) -> Edit {
    Edit::replace(node.range(), format!("{first}{}", blanks(&node.text())))
}

/// As many lines of nothing.
fn blanks(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\r') { c } else { ' ' }).collect()
}

/// Its ends of lines.
fn lines_of(text: &str) -> String {
    text.chars().filter(|c| *c == '\n').collect()
}
