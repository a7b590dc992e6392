//! How each language writes functions, parameters and assignments: the only place of this stage that knows their node
//! kinds for them.
//!
//! Kinds of one name mean the same in all of them, so that one table serves all.

use super::field::Field;
use super::scope::{Parameter, ScopeKind};
use super::unit::Node;

/// Most names that one pattern binds.
const MAX_NAMES: usize = 32;

pub(crate) struct Assigned<'u> {
    pub(crate) name: String,
    pub(crate) at: usize,
    pub(crate) value: Node<'u>,
    pub(crate) adds: bool,
}

pub(crate) fn is_block(kind: &str) -> bool {
    matches!(
        kind,
        "block"
            | "compound_statement"
            | "then"
            | "else"
            | "statement_block"
            | "switch_case"
            | "switch_default"
            | "case_clause"
    )
}

/// Whether a node of this kind may say what a name was imported as.
pub(crate) fn imports(kind: &str) -> bool {
    matches!(kind, "import_statement" | "import_from_statement" | "variable_declarator")
}

/// The kinds that [`assignments`] looks at.
pub(crate) fn binds(kind: &str) -> bool {
    matches!(
        kind,
        "assignment"
            | "assignment_expression"
            | "assignment_statement"
            | "short_var_declaration"
            | "augmented_assignment"
            | "augmented_assignment_expression"
            | "operator_assignment"
            | "named_expression"
            | "var_spec"
            | "const_spec"
            | "variable_declarator"
            | "for_statement"
            | "for_in_clause"
            | "for_in_statement"
            | "as_pattern"
    )
}

pub(crate) fn opens_scope(kind: &str) -> Option<ScopeKind> {
    Some(match kind {
        "function_definition"
        | "method_declaration"
        | "constructor_declaration"
        | "method"
        | "singleton_method"
        | "func_literal"
        | "lambda"
        | "function_declaration"
        | "function_expression"
        | "arrow_function"
        | "method_definition"
        | "generator_function_declaration"
        | "generator_function" => ScopeKind::Function,
        "class_definition" | "class_declaration" | "class" | "module" => ScopeKind::Class,
        _ => return None,
    })
}

/// The name of a function or class; for an unnamed one that of what it is assigned to.
pub(crate) fn name_of(node: &Node<'_>) -> Option<String> {
    if let Some(name) = Field::Name.of(node) {
        return Some(name.text().into_owned());
    }
    let parent = node.parent()?;
    let named = match &*parent.kind() {
        "variable_declarator" | "public_field_definition" => Field::Name.of(&parent)?,
        "field_definition" => Field::Property.of(&parent)?,
        "pair" => Field::Key.of(&parent)?,
        "assignment_expression" | "assignment" => Field::Left.of(&parent)?,
        _ => return None,
    };
    let text = named.text();
    let last = text.rsplit('.').next().unwrap_or(&text).trim_matches(['"', '\'']);
    (last.len() <= 80 && !last.contains(char::is_whitespace)).then(|| last.to_owned())
}

pub(crate) fn parameters(function: &Node<'_>, found: &mut dyn FnMut(String, Parameter)) {
    if let Some(single) = Field::Parameter.of(function) {
        found(single.text().into_owned(), Parameter::Plain);
    }
    let Some(list) = Field::Parameters.of(function) else { return };
    let routed = is_routed(function);
    for parameter in list.named_children() {
        let numeric = Field::Type.of(&parameter).is_some_and(|kind| is_number(&kind.text()));
        let kind = if numeric {
            Parameter::Number
        } else if routed || is_filled_by_framework(&parameter) {
            Parameter::Routed
        } else {
            Parameter::Plain
        };
        let pattern = Field::Name
            .of(&parameter)
            .or_else(|| Field::Pattern.of(&parameter))
            .or_else(|| Field::Left.of(&parameter))
            .or_else(|| (parameter.kind() == "typed_parameter").then(|| parameter.child(0)).flatten())
            .unwrap_or_else(|| parameter.clone());
        names(&pattern, &mut |name| found(name, kind));
    }
}

fn is_number(annotation: &str) -> bool {
    let kind = annotation.trim_start_matches(':').trim();
    matches!(
        kind,
        "int"
            | "long"
            | "Integer"
            | "Long"
            | "int64"
            | "uint"
            | "float"
            | "double"
            | "bool"
            | "UUID"
            | "Guid"
            | "number"
            | "boolean"
            | "bigint"
            | "Optional[int]"
            | "int | None"
    )
}

/// Whether a decorator makes a web route of this function, so that its parameters come from the request.
fn is_routed(function: &Node<'_>) -> bool {
    let Some(parent) = function.parent().filter(|parent| parent.kind() == "decorated_definition") else {
        return false;
    };
    let verbs = [".route(", ".get(", ".post(", ".put(", ".patch(", ".delete(", ".api_route(", ".websocket("];
    parent.children().filter(|child| child.kind() == "decorator").any(|decorator| {
        let text = decorator.text();
        verbs.iter().any(|verb| text.contains(verb))
    })
}

pub(crate) fn assignments<'u>(node: &Node<'u>, found: &mut dyn FnMut(Assigned<'u>)) {
    let (target, value, adds) = match &*node.kind() {
        "assignment" | "assignment_expression" | "assignment_statement" | "short_var_declaration" => {
            (Field::Left.of(node), Field::Right.of(node), adds_to(node))
        }
        "augmented_assignment" | "augmented_assignment_expression" | "operator_assignment" => {
            (Field::Left.of(node), Field::Right.of(node), true)
        }
        // C# has no name for what stands after its `=`.
        "variable_declarator" => {
            let value = Field::Value.of(node).or_else(|| node.named_children().skip(1).last());
            (Field::Name.of(node), value, false)
        }
        "named_expression" | "var_spec" | "const_spec" => {
            (Field::Name.of(node), Field::Value.of(node), false)
        }
        "for_statement" | "for_in_clause" | "for_in_statement" => {
            (Field::Left.of(node), Field::Right.of(node), false)
        }
        "as_pattern" => (Field::Alias.of(node), node.child(0), false),
        _ => return,
    };
    let (Some(target), Some(value)) = (target, value) else { return };
    let at = match &*node.kind() {
        // A comprehension's body stands before the clause that binds its names.
        "for_in_clause" => node.parent().map_or(node.range().start, |parent| parent.range().start),
        "for_statement" | "for_in_statement" => value.range().end,
        _ => node.range().end,
    };
    let list = matches!(&*value.kind(), "expression_list" | "tuple");
    if list && matches!(&*target.kind(), "pattern_list" | "tuple_pattern" | "expression_list") {
        let targets: Vec<_> = target.named_children().take(MAX_NAMES).collect();
        let values: Vec<_> = value.named_children().take(MAX_NAMES).collect();
        if targets.len() == values.len() {
            for (target, value) in targets.iter().zip(values) {
                names(target, &mut |name| found(Assigned { name, at, value: value.clone(), adds }));
            }
            return;
        }
    }
    names(&target, &mut |name| found(Assigned { name, at, value: value.clone(), adds }));
}

/// Spring, JAX-RS and ASP.NET say at the parameter itself that it comes from the request.
fn is_filled_by_framework(parameter: &Node<'_>) -> bool {
    const MARKS: [&str; 14] = [
        "@RequestParam",
        "@PathVariable",
        "@RequestBody",
        "@RequestHeader",
        "@CookieValue",
        "@QueryParam",
        "@PathParam",
        "@FormParam",
        "@HeaderParam",
        "[FromQuery",
        "[FromForm",
        "[FromBody",
        "[FromRoute",
        "[FromHeader",
    ];
    let text = parameter.text();
    text.starts_with(['@', '[']) && MARKS.iter().any(|mark| text.contains(mark))
}

/// `+=` and `.=`, where the language has one kind of node for all assignments.
fn adds_to(node: &Node<'_>) -> bool {
    Field::Operator.of(node).is_some_and(|operator| operator.text().len() > 1 && operator.text() != ":=")
}

/// Every name that a pattern binds.
fn names(pattern: &Node<'_>, found: &mut dyn FnMut(String)) {
    match &*pattern.kind() {
        "identifier" | "variable_name" | "instance_variable" | "as_pattern_target" => {
            found(pattern.text().into_owned())
        }
        "pattern_list"
        | "expression_list"
        | "tuple_pattern"
        | "list_pattern"
        | "list_splat_pattern"
        | "dictionary_splat_pattern"
        | "object_pattern"
        | "array_pattern"
        | "rest_pattern"
        | "assignment_pattern"
        | "pair_pattern"
        | "object_assignment_pattern"
        | "required_parameter"
        | "optional_parameter" => {
            let named = pattern.dfs().filter(|node| {
                matches!(&*node.kind(), "identifier" | "shorthand_property_identifier_pattern")
            });
            for node in named.take(MAX_NAMES) {
                found(node.text().into_owned());
            }
        }
        _ => {}
    }
}
