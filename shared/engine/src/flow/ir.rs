//! What a file says, without its language: the only form that the flow engine reads.
//!
//! One lowering per language builds it; nothing past it knows a keyword or a node kind. Expressions live in one table
//! and name each other by position, so that a file is a few large allocations and is freed at once.

mod statement;

use std::rc::Rc;

use super::names::Sym;
pub(super) use statement::{Arm, Block, Handler, Loop, Stmt, Target, Try};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ExprId(pub(super) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FnId(pub(super) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ClassId(pub(super) u32);

/// A variable of a function, by position.
pub(super) type Slot = u32;

#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) exprs: Vec<Expr>,
    /// The first one is the file's own top level.
    pub(super) functions: Vec<Function>,
    pub(super) classes: Vec<Class>,
    /// What other files may ask for, by name.
    pub(super) exports: Rc<[(Sym, Slot)]>,
    /// Packages all of whose names are taken over.
    pub(super) wildcards: Vec<ExprId>,
    /// Line ranges that the parser could not read.
    pub(super) broken: Vec<(u32, u32)>,
    /// Whether nesting, size or time cut something off.
    pub(super) cut: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    /// From 1.
    pub(super) line: u32,
}

#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Const {
    Str(Rc<str>),
    Int(i64),
    Float(f64),
    Bool(bool),
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    Bits,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    And,
    Or,
    /// The right side where the left is null.
    Coalesce,
}

#[derive(Debug)]
pub(super) struct Arg {
    /// A keyword argument's name.
    pub(super) name: Sym,
    pub(super) value: ExprId,
    /// The value is spread into several.
    pub(super) spread: bool,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Option<ExprId>,
    pub(super) value: ExprId,
    pub(super) spread: bool,
}

#[derive(Debug)]
pub(super) struct CompFor {
    pub(super) target: Target,
    pub(super) iter: ExprId,
    pub(super) tests: Vec<ExprId>,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    /// Nothing is known and nothing flows.
    Opaque,
    Const(Const),
    /// A name not yet bound to a variable; none is left when lowering ends.
    Unbound(Sym),
    /// A variable, `up` functions out.
    Var {
        up: u16,
        slot: Slot,
    },
    /// A name the file does not bind: a builtin.
    Global(Sym),
    Attr(ExprId, Sym),
    Index(ExprId, ExprId),
    /// Part of a sequence; bounds where constant.
    Slice(ExprId, Option<ExprId>, Option<ExprId>),
    Call {
        callee: ExprId,
        args: Box<[Arg]>,
    },
    /// Text built from parts.
    Text(Box<[ExprId]>),
    Binary(Op, ExprId, ExprId),
    Not(ExprId),
    Negative(ExprId),
    Choice {
        test: ExprId,
        yes: ExprId,
        no: ExprId,
    },
    /// A sequence (entries without keys) or a mapping.
    Collection(Box<[Entry]>),
    Comp {
        fors: Box<[CompFor]>,
        key: Option<ExprId>,
        value: ExprId,
    },
    Lambda(FnId),
    /// Binds and gives the value.
    Bind(Box<Target>, ExprId),
    Await(ExprId),
    /// Another file or package, by its specifier.
    Import(Box<ImportFrom>),
    /// All parts are evaluated; what flows is their union.
    Union(Box<[ExprId]>),
    /// All parts are evaluated; the last is the value.
    Seq(Box<[ExprId]>),
}

#[derive(Debug)]
pub(super) struct ImportFrom {
    /// Path segments; one per dot or, in languages with path specifiers, one for all.
    pub(super) path: Vec<Sym>,
    /// Steps up from the importing file's folder plus one; 0 for an absolute import.
    pub(super) dots: u32,
    /// The specifier names a path relative to the file.
    pub(super) relative: bool,
    /// Only the first segment is bound (`import a.b` binds `a`).
    pub(super) root_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamKind {
    One,
    /// All further positional ones.
    Rest,
    /// All further named ones.
    Named,
}

#[derive(Debug)]
pub(super) struct Param {
    pub(super) name: Sym,
    pub(super) kind: ParamKind,
    pub(super) target: Target,
    pub(super) default: Option<ExprId>,
    /// Its declared type.
    pub(super) ty: Option<ExprId>,
    pub(super) decorators: Vec<ExprId>,
}

#[derive(Debug, Default)]
pub(super) struct Function {
    pub(super) name: Sym,
    pub(super) params: Vec<Param>,
    pub(super) body: Block,
    /// How many variables it has.
    pub(super) slots: u32,
    pub(super) decorators: Vec<ExprId>,
    pub(super) class: Option<ClassId>,
    /// The instance, where the language passes none.
    pub(super) this: Option<Slot>,
    /// Reading it runs it.
    pub(super) getter: bool,
    /// The instance is the first parameter.
    pub(super) takes_self: bool,
    pub(super) parent: Option<FnId>,
    pub(super) span: Span,
}

#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) bases: Vec<ExprId>,
    pub(super) decorators: Vec<ExprId>,
    pub(super) methods: Vec<(Sym, FnId)>,
    /// The method that makes an instance ready.
    pub(super) constructor: Option<FnId>,
    /// Values set in the class's own body.
    pub(super) fields: Vec<(Sym, ExprId)>,
}

impl Module {
    pub(super) fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    pub(super) fn function(&self, id: FnId) -> &Function {
        &self.functions[id.0 as usize]
    }

    pub(super) fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }

    /// A rough count of its bytes, for the cache's budget.
    pub(super) fn weight(&self) -> usize {
        self.exprs.len() * 64 + self.functions.len() * 256
    }
}
