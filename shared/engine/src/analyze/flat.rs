//! The named nodes of a file in one table, in the order of the file: what the lowering reads.
//!
//! Each step in a parser's tree is a search for the next node that counts, and the tree weighs some hundred bytes a node. So
//! the tree is walked once ([`Outline`](super::outline::Outline) and this table are made on the same walk), and freed
//! before the file is lowered.

use std::ops::Range;
use std::sync::OnceLock;

use ast_grep_core::tree_sitter::LanguageExt;
use tree_sitter::{Node, TreeCursor};

use crate::language::Language;

/// The kind of what a parser could not read.
const ERROR: &str = "ERROR";

#[derive(Debug)]
pub(crate) struct FlatTree {
    kinds: &'static [Box<str>],
    records: Vec<Record>,
}

#[derive(Debug)]
struct Record {
    kind: u16,
    /// 0 for none.
    field: u16,
    start: u32,
    end: u32,
    row: u32,
    /// The place of the next node that is not inside.
    after: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FlatNode<'t> {
    tree: &'t FlatTree,
    at: u32,
}

impl FlatTree {
    /// The first node.
    pub(crate) fn root(&self) -> FlatNode<'_> {
        FlatNode { tree: self, at: 0 }
    }
}

impl<'t> FlatNode<'t> {
    fn record(self) -> &'t Record {
        &self.tree.records[self.at as usize]
    }

    pub(crate) fn kind(self) -> &'static str {
        self.tree.kinds.get(usize::from(self.record().kind)).map_or(ERROR, |kind| kind)
    }

    pub(crate) fn is_error(self) -> bool {
        usize::from(self.record().kind) >= self.tree.kinds.len()
    }

    /// The number of the field of its parent that it stands in, 0 for none.
    pub(crate) fn field(self) -> u16 {
        self.record().field
    }

    pub(crate) fn start_byte(self) -> usize {
        self.record().start as usize
    }

    pub(crate) fn end_byte(self) -> usize {
        self.record().end as usize
    }

    pub(crate) fn byte_range(self) -> Range<usize> {
        self.start_byte()..self.end_byte()
    }

    /// The line that it starts on, from 0.
    pub(crate) fn row(self) -> u32 {
        self.record().row
    }

    /// Named nodes and errors, comments left out.
    pub(crate) fn children(self) -> impl Iterator<Item = FlatNode<'t>> {
        let end = self.record().after;
        let mut next = self.at + 1;
        std::iter::from_fn(move || {
            let child = FlatNode { tree: self.tree, at: next };
            (next < end).then(|| {
                next = child.record().after;
                child
            })
        })
    }
}

/// Makes the table on a walk that tells it of each node and its depth.
pub(super) struct Recorder {
    tree: FlatTree,
    /// The nodes that are open, by their depth.
    open: Vec<u32>,
    /// What lies deeper than this is in a node that does not count.
    counts_to: usize,
}

impl Recorder {
    pub(super) fn new(language: Language) -> Self {
        let tree = FlatTree { kinds: kinds(language), records: Vec::new() };
        Self { tree, open: Vec::new(), counts_to: usize::MAX }
    }

    pub(super) fn enter(&mut self, cursor: &TreeCursor<'_>, node: Node<'_>, depth: usize) {
        if depth > self.counts_to {
            return;
        }
        let counts = node.is_named() && !node.is_extra() && !node.is_missing() || node.is_error();
        self.counts_to = if counts { usize::MAX } else { depth };
        if !counts {
            return;
        }
        self.close(depth);
        let at = short(self.tree.records.len());
        self.tree.records.push(Record {
            kind: node.kind_id(),
            field: cursor.field_id().map_or(0, Into::into),
            start: short(node.start_byte()),
            end: short(node.end_byte()),
            row: short(node.start_position().row),
            after: 0,
        });
        self.open.push(at);
    }

    /// Ends the open nodes from `depth` on.
    fn close(&mut self, depth: usize) {
        let after = short(self.tree.records.len());
        for at in self.open.drain(depth.min(self.open.len())..) {
            self.tree.records[at as usize].after = after;
        }
    }

    pub(super) fn finish(mut self) -> FlatTree {
        self.close(0);
        self.tree
    }
}

/// Files are far smaller than numbers of 32 bits reach.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// By their numbers.
fn kinds(language: Language) -> &'static [Box<str>] {
    static TABLES: [OnceLock<Vec<Box<str>>>; Language::ALL.len()] =
        [const { OnceLock::new() }; Language::ALL.len()];
    TABLES[language.place()].get_or_init(|| {
        let grammar = language.get_ts_language();
        let count = u16::try_from(grammar.node_kind_count()).unwrap_or(u16::MAX);
        (0..count).map(|id| grammar.node_kind_for_id(id).unwrap_or_default().into()).collect()
    })
}
