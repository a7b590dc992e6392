//! Statements, and what they assign to.

use super::super::names::Sym;
use super::{ClassId, ExprId, FnId, Op};

#[derive(Debug)]
pub(in super::super) enum Target {
    /// A variable, attribute or element.
    Place(ExprId),
    Tuple(Vec<Target>),
    /// By key, with a default.
    Fields(Vec<(Sym, Target, Option<ExprId>)>),
    /// Takes what is left.
    Rest(Box<Target>),
    Ignore,
}

pub(in super::super) type Block = Vec<Stmt>;

#[derive(Debug)]
pub(in super::super) enum Stmt {
    Expr(ExprId),
    Assign {
        target: Target,
        value: ExprId,
    },
    /// Both sides flow into the target.
    Augment {
        place: ExprId,
        op: Op,
        value: ExprId,
    },
    Return(Option<ExprId>),
    /// Gives a value to whoever runs the function, and goes on.
    Yield(ExprId),
    Throw(Option<ExprId>),
    /// Ends this turn of a loop or `switch`.
    Leave,
    /// A flat chain, so that a long one is not a deep one.
    If {
        arms: Vec<(ExprId, Block)>,
        otherwise: Block,
    },
    Loop(Box<Loop>),
    Match {
        subject: ExprId,
        arms: Vec<Arm>,
    },
    Try(Box<Try>),
    Block(Block),
    Def {
        function: FnId,
        place: ExprId,
    },
    Class {
        class: ClassId,
        place: ExprId,
    },
}

#[derive(Debug, Default)]
pub(in super::super) struct Loop {
    /// What each turn binds, and what it is taken from.
    pub(in super::super) bind: Option<(Target, ExprId)>,
    pub(in super::super) test: Option<ExprId>,
    pub(in super::super) body: Block,
    pub(in super::super) after: Block,
}

#[derive(Debug)]
pub(in super::super) struct Try {
    pub(in super::super) body: Block,
    pub(in super::super) handlers: Vec<Handler>,
    pub(in super::super) otherwise: Block,
    pub(in super::super) finally: Block,
}

#[derive(Debug)]
pub(in super::super) struct Arm {
    /// Values that select it; empty for "anything".
    pub(in super::super) values: Vec<ExprId>,
    /// Whether `values` says all (no structure, no guard).
    pub(in super::super) exact: bool,
    pub(in super::super) binds: Vec<Target>,
    pub(in super::super) guard: Option<ExprId>,
    pub(in super::super) body: Block,
}

#[derive(Debug)]
pub(in super::super) struct Handler {
    pub(in super::super) types: Option<ExprId>,
    pub(in super::super) bind: Option<Target>,
    pub(in super::super) body: Block,
}
