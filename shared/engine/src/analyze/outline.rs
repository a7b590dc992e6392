//! The nodes of a file that some stage of the pattern rules asks about, found in one walk.
//!
//! A walk of a syntax tree costs as much as what is then done with the few nodes that matter, so it is made once, and
//! a node is known by its kind's number, from a table made once for each language.

use std::sync::OnceLock;

use ast_grep_core::tree_sitter::LanguageExt;

use super::flat::{FlatTree, Recorder};
use super::unit::{MAX_DEPTH, Node, Unit};
use super::{bind, call};
use crate::language::Language;
use crate::rules::RuleSet;

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
        let mut marking = Marking::new(unit);
        walk(unit, &mut marking, None).then_some(Self(marking.found))
    }

    /// The same with all its named nodes.
    pub(crate) fn with_tree(unit: &'u Unit) -> Option<(Self, FlatTree)> {
        let mut marking = Marking::new(unit);
        let mut recorder = Recorder::new(unit.language);
        let is_whole = walk(unit, &mut marking, Some(&mut recorder));
        is_whole.then(|| (Self(marking.found), recorder.finish()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Marks, &Node<'u>)> {
        self.0.iter().map(|(marks, node)| (*marks, node))
    }

    pub(crate) fn with(&self, wanted: Marks) -> impl Iterator<Item = &Node<'u>> {
        self.0.iter().filter(move |(marks, _)| marks.has(wanted)).map(|(_, node)| node)
    }
}

struct Marking<'u> {
    marks: &'static [Marks],
    top: Node<'u>,
    found: Vec<(Marks, Node<'u>)>,
}

impl<'u> Marking<'u> {
    fn new(unit: &'u Unit) -> Self {
        Self { marks: marks(unit.language), top: unit.root(), found: Vec::new() }
    }

    fn enter(&mut self, node: tree_sitter::Node<'u>) {
        let mark = self.marks.get(usize::from(node.kind_id())).copied().unwrap_or_default();
        if mark != Marks::default() {
            self.found.push((mark, self.top.root().adopt(node)));
        }
    }
}

/// `false`, and no further, where the tree is deeper than [`MAX_DEPTH`].
fn walk<'u>(unit: &'u Unit, marking: &mut Marking<'u>, mut recorder: Option<&mut Recorder>) -> bool {
    let mut cursor = unit.tree().walk();
    let mut depth = 0_usize;
    loop {
        let node = cursor.node();
        marking.enter(node);
        if let Some(recorder) = &mut recorder {
            recorder.enter(&cursor, node, depth);
        }
        if cursor.goto_first_child() {
            depth += 1;
            if depth > MAX_DEPTH {
                return false;
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return true;
            }
            depth -= 1;
        }
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
