//! The tree-sitter side: children in one pass with their fields.

use smallvec::SmallVec;
use tree_sitter::{Node, TreeCursor};

/// One named child and the field it stands in (0 for none).
#[derive(Clone, Copy)]
pub(super) struct Kid<'t> {
    pub(super) field: u16,
    pub(super) node: Node<'t>,
}

pub(super) struct Kids<'t>(pub(super) SmallVec<[Kid<'t>; 4]>);

impl<'t> Kids<'t> {
    /// The named children, comments left out. A node's own look-up by index or field walks its children each time,
    /// which is quadratic on a file of one long list; this is one pass.
    pub(super) fn of(node: Node<'t>, cursor: &mut TreeCursor<'t>) -> Self {
        let mut found = SmallVec::new();
        cursor.reset(node);
        if cursor.goto_first_child() {
            loop {
                let child = cursor.node();
                if child.is_named() && !child.is_extra() && !child.is_missing() {
                    found.push(Kid { field: cursor.field_id().map_or(0, Into::into), node: child });
                } else if child.is_error() {
                    found.push(Kid { field: 0, node: child });
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        Self(found)
    }

    pub(super) fn field(&self, field: u16) -> Option<Node<'t>> {
        self.0.iter().find(|k| k.field == field && field != 0).map(|k| k.node)
    }

    pub(super) fn all(&self, field: u16) -> impl Iterator<Item = Node<'t>> {
        self.0.iter().filter(move |k| k.field == field && field != 0).map(|k| k.node)
    }

    pub(super) fn first(&self) -> Option<Node<'t>> {
        self.0.first().map(|k| k.node)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Node<'t>> + '_ {
        self.0.iter().map(|k| k.node)
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
