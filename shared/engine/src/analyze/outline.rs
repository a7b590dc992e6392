//! The nodes of a file that some stage of the pattern rules asks about, found in one walk.
//!
//! A walk of a syntax tree costs as much as what is then done with the few nodes that matter, so it is made once, and
//! a node is known by its kind's number, from a table made once for each language.

use std::sync::OnceLock;

use super::unit::{MAX_DEPTH, Node, Unit};
use super::{bind, call};
use crate::language::Language;
use crate::rules::RuleSet;
use ast_grep_core::tree_sitter::LanguageExt;

/// What a node is looked at for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    pub(crate) const BLOCK: Self = Self(1);
    pub(crate) const SCOPE: Self = Self(2);
    pub(crate) const BINDS: Self = Self(4);
    pub(crate) const IMPORTS: Self = Self(8);
    const CALL: Self = Self(16);
    /// Some rule is about nodes of this kind.
    const RULED: Self = Self(32);
    /// The pattern rules look at it.
    pub(crate) const LOOKED_AT: Self = Self(16 | 32);

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn set(&mut self, other: Self, holds: bool) {
        if holds {
            self.0 |= other.0;
        }
    }

    fn of(language: Language, id: u16, kind: &str) -> Self {
        let mut marks = Self::default();
        marks.set(Self::BLOCK, bind::is_block(kind));
        marks.set(Self::SCOPE, bind::opens_scope(kind).is_some());
        marks.set(Self::BINDS, bind::binds(kind));
        marks.set(Self::IMPORTS, bind::imports(kind));
        marks.set(Self::CALL, call::is_call(kind));
        marks.set(Self::RULED, RuleSet::of(language).for_kind(id).next().is_some());
        marks
    }
}

/// In the order of the file.
#[derive(Default)]
pub(crate) struct Outline<'u>(Vec<(Marks, Node<'u>)>);

impl<'u> Outline<'u> {
    /// `None` for a tree deeper than [`MAX_DEPTH`].
    pub(crate) fn of(unit: &'u Unit) -> Option<Self> {
        let marks = marks(unit.language);
        let top = unit.root();
        let root = top.root();
        let mut found = Vec::new();
        let mut cursor = top.get_inner_node().walk();
        let mut depth = 0_usize;
        loop {
            let node = cursor.node();
            let mark = marks.get(usize::from(node.kind_id())).copied().unwrap_or_default();
            if mark != Marks::default() {
                found.push((mark, root.adopt(node)));
            }
            if cursor.goto_first_child() {
                depth += 1;
                if depth > MAX_DEPTH {
                    return None;
                }
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Some(Self(found));
                }
                depth -= 1;
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Marks, &Node<'u>)> {
        self.0.iter().map(|(marks, node)| (*marks, node))
    }

    pub(crate) fn with(&self, wanted: Marks) -> impl Iterator<Item = &Node<'u>> {
        self.0.iter().filter(move |(marks, _)| marks.has(wanted)).map(|(_, node)| node)
    }
}

/// By the number of a node's kind.
fn marks(language: Language) -> &'static [Marks] {
    static TABLES: [OnceLock<Vec<Marks>>; Language::ALL.len()] =
        [const { OnceLock::new() }; Language::ALL.len()];
    let place = Language::ALL.iter().position(|known| *known == language).unwrap_or(0);
    TABLES[place].get_or_init(|| {
        let grammar = language.get_ts_language();
        let count = u16::try_from(grammar.node_kind_count()).unwrap_or(u16::MAX);
        let named = |id: &u16| grammar.node_kind_is_named(*id);
        (0..count)
            .map(|id| match grammar.node_kind_for_id(id).filter(|_| named(&id)) {
                Some(kind) => Marks::of(language, id, kind),
                None => Marks::default(),
            })
            .collect()
    })
}
