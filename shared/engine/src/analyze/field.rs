//! Fields of nodes by their numbers. A look-up by name asks the grammar for the number each time, which costs three times
//! as much as finding the child.

use std::sync::OnceLock;

use ast_grep_core::language::Language as _;

use super::unit::Node;
use crate::language::Language;

macro_rules! fields {
    ($($field:ident = $name:literal),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Field { $($field),* }

        const NAMES: &[&str] = &[$($name),*];
    };
}

fields! {
    Alias = "alias", Alternative = "alternative", Arguments = "arguments", Attribute = "attribute",
    Consequence = "consequence", Constructor = "constructor", Expression = "expression", Member = "field",
    Function = "function", Key = "key", Left = "left", Method = "method", ModuleName = "module_name", Name = "name",
    Object = "object", Operand = "operand", Operator = "operator", Parameter = "parameter",
    Parameters = "parameters", Pattern = "pattern", Property = "property", Receiver = "receiver", Right = "right",
    Scope = "scope", Source = "source", Type = "type", Value = "value",
}

impl Field {
    /// The child of `node` in this field.
    pub(crate) fn of<'u>(self, node: &Node<'u>) -> Option<Node<'u>> {
        let number = numbers(*node.lang()).get(self as usize).copied().flatten()?;
        node.child_by_field_id(number)
    }
}

/// By the field's place; `None` for one that the grammar has not.
fn numbers(language: Language) -> &'static [Option<u16>] {
    static TABLES: [OnceLock<Vec<Option<u16>>>; Language::ALL.len()] =
        [const { OnceLock::new() }; Language::ALL.len()];
    TABLES[language.place()].get_or_init(|| NAMES.iter().map(|name| language.field_to_id(name)).collect())
}
