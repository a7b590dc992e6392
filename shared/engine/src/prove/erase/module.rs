//! Imports and exports as CommonJS; `quartetExport` and `quartetDefault` are the driver's.

use crate::analyze::unit::Node;
use crate::fix::Edit;

/// The name in quotes of a statement's `from`, without them.
pub(super) fn source(statement: &Node<'_>) -> Option<String> {
    let clause = || statement.children().find(|child| child.kind() == "import_require_clause");
    let source = statement.field("source").or_else(|| clause()?.field("source"))?;
    Some(source.text().trim_matches(['\'', '"']).to_owned())
}

/// The import with the names that are `used` as values; nothing where it had names and none of them is.
pub(super) fn import(statement: &Node<'_>, used: &dyn Fn(&str) -> bool) -> String {
    let children: Vec<Node<'_>> = statement.children().collect();
    let Some(source) = source(statement).and_then(|source| serde_json::to_string(&source).ok()) else {
        return String::new();
    };
    if children.iter().any(|child| matches!(&*child.kind(), "type" | "typeof")) {
        return String::new();
    }
    if let Some(clause) = children.iter().find(|child| child.kind() == "import_require_clause") {
        return clause
            .child(0)
            .map_or_else(String::new, |name| format!("const {}=require({source});", name.text()));
    }
    let Some(clause) = children.iter().find(|child| child.kind() == "import_clause") else {
        return format!("require({source});");
    };
    let mut text = String::new();
    for part in clause.children() {
        match &*part.kind() {
            "identifier" if used(&part.text()) => {
                text += &format!("const {}=quartetDefault(require({source}));", part.text());
            }
            "namespace_import" => {
                let name = part.children().find(|child| child.kind() == "identifier");
                let name = name.filter(|name| used(&name.text()));
                text += &name
                    .map_or_else(String::new, |name| format!("const {}=require({source});", name.text()));
            }
            "named_imports" => {
                let pairs = part.children().filter_map(|specifier| pair(&specifier));
                let pairs =
                    pairs.filter(|(_, local)| used(local)).map(|(name, local)| format!("{name}:{local}"));
                let pairs: Vec<String> = pairs.collect();
                if !pairs.is_empty() {
                    text += &format!("const {{{}}}=require({source});", pairs.join(","));
                }
            }
            _ => {}
        }
    }
    text
}

/// What an export becomes: an edit of all of it, or of what stands before the declaration or value.
pub(super) fn export(statement: &Node<'_>) -> Result<Edit, String> {
    let children: Vec<Node<'_>> = statement.children().collect();
    let has = |kind: &str| children.iter().any(|child| child.kind() == kind);
    let whole = |text: String| Ok(Edit::replace(statement.range(), text));
    let head =
        |end: &Node<'_>, text: String| Ok(Edit::replace(statement.range().start..end.range().end, text));
    let declaration = statement.field("declaration");
    let is_type = declaration.as_ref().is_some_and(|declaration| {
        let kind = declaration.kind();
        matches!(
            &*kind,
            "interface_declaration" | "type_alias_declaration" | "ambient_declaration" | "function_signature"
        )
    });
    if is_type || has("type") || has("namespace") {
        return whole(";".to_owned());
    }
    if let Some(source) = source(statement).and_then(|source| serde_json::to_string(&source).ok()) {
        return whole(match children.iter().find(|child| child.kind() != "export") {
            Some(star) if star.kind() == "*" => format!("Object.assign(exports,require({source}));"),
            Some(all) if all.kind() == "namespace_export" => {
                let name = all.children().last().map_or_else(String::new, |name| name.text().into_owned());
                getters([(name, format!("require({source})"))].into_iter())
            }
            Some(clause) => {
                let pairs = clause.children().filter_map(|specifier| pair(&specifier));
                getters(pairs.map(|(name, local)| (local, format!("require({source})[{}]", quoted(&name)))))
            }
            None => String::new(),
        });
    }
    if let Some(clause) = children.iter().find(|child| child.kind() == "export_clause") {
        let pairs = clause.children().filter_map(|specifier| pair(&specifier));
        return whole(getters(pairs.map(|(name, local)| (local, name))));
    }
    if let Some(sign) = children.iter().find(|child| child.kind() == "=") {
        return head(sign, "module.exports =".to_owned());
    }
    let names: Vec<String> = declaration.as_ref().map(declared).unwrap_or_default();
    match (children.iter().find(|child| child.kind() == "default"), names.first()) {
        (Some(default), Some(name)) => {
            head(default, getters([("default".to_owned(), name.clone())].into_iter()))
        }
        (Some(default), None) => head(default, "exports.default =".to_owned()),
        (None, Some(_)) => {
            let export = children.first().ok_or("an export without a word")?;
            head(export, getters(names.into_iter().map(|name| (name.clone(), name))))
        }
        (None, None) => {
            let line = statement.start_pos().line() + 1;
            Err(format!("line {line} has an export that would have to be compiled"))
        }
    }
}

/// Name and local name of a specifier; none for a type's.
fn pair(specifier: &Node<'_>) -> Option<(String, String)> {
    let name = specifier.field("name")?;
    if specifier.children().any(|child| child.kind() == "type" && child.range().end <= name.range().start) {
        return None;
    }
    let local = specifier.field("alias").unwrap_or_else(|| name.clone());
    Some((name.text().into_owned(), local.text().into_owned()))
}

/// The names that a declaration binds.
fn declared(declaration: &Node<'_>) -> Vec<String> {
    if let Some(name) = declaration.field("name") {
        return vec![name.text().into_owned()];
    }
    let declarators = declaration.children().filter(|child| child.kind() == "variable_declarator");
    let names = declarators.filter_map(|declarator| declarator.field("name"));
    let bound = |name: Node<'_>| -> Vec<String> {
        let names = name
            .dfs()
            .filter(|inner| matches!(&*inner.kind(), "identifier" | "shorthand_property_identifier_pattern"));
        names.map(|name| name.text().into_owned()).collect()
    };
    names.flat_map(bound).collect()
}

fn getters(pairs: impl Iterator<Item = (String, String)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}:()=>{value}")).collect();
    format!("quartetExport(exports,{{{}}});", pairs.join(","))
}

fn quoted(name: &str) -> String {
    if name.starts_with(['\'', '"']) { name.to_owned() } else { format!("'{name}'") }
}
