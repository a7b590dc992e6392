//! The parser's side: children with their fields.

use smallvec::SmallVec;

pub(super) use crate::analyze::flat::FlatNode as Node;

pub(super) struct Kids<'t>(pub(super) SmallVec<[Node<'t>; 4]>);

impl<'t> Kids<'t> {
    pub(super) fn of(node: Node<'t>) -> Self {
        Self(node.children().collect())
    }

    pub(super) fn field(&self, field: u16) -> Option<Node<'t>> {
        self.iter().find(|kid| kid.field() == field && field != 0)
    }

    pub(super) fn all(&self, field: u16) -> impl Iterator<Item = Node<'t>> {
        self.iter().filter(move |kid| kid.field() == field && field != 0)
    }

    pub(super) fn first(&self) -> Option<Node<'t>> {
        self.0.first().copied()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Node<'t>> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn of_kind(&self, kind: &'static str) -> Option<Node<'t>> {
        self.iter().find(|n| n.kind() == kind)
    }
}

macro_rules! fields {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// Field ids of one grammar; 0 for a field it does not have.
        pub(super) struct Fields { $(pub(super) $name: u16),* }

        impl Fields {
            pub(super) fn of(grammar: &tree_sitter::Language) -> Self {
                Self { $($name: grammar.field_id_for_name($text).map_or(0, Into::into)),* }
            }
        }
    };
}

fields! {
    alias = "alias", alternative = "alternative", argument = "argument", arguments = "arguments",
    attribute = "attribute", body = "body", condition = "condition", consequence = "consequence",
    constructor = "constructor", declaration = "declaration", decorator = "decorator", definition = "definition", expression = "expression",
    finalizer = "finalizer", function = "function", guard = "guard", handler = "handler",
    increment = "increment", index = "index", initializer = "initializer", key = "key", left = "left", module_name = "module_name", name = "name", object = "object", parameter = "parameter", parameters = "parameters",
    pattern = "pattern", property = "property", right = "right",
    source = "source", subject = "subject", subscript = "subscript", superclasses = "superclasses",
    ty = "type", value = "value",
}
