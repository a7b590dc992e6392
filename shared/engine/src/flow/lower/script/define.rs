//! JavaScript: functions and classes.

use super::super::super::ir::{
    Block, Class, ClassId, ExprId, ExprKind, FnId, Function, Param, ParamKind, Stmt, Target,
};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn function_stmt(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let Some(name) = kids.field(self.f.name) else { return };
        let sym = self.b.sym(name);
        let place = self.b.place(sym, span(name));
        let function = self.function(node, sym, None, Vec::new());
        out.push(Stmt::Def { function, place });
    }

    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let name = match kids.field(self.f.name) {
            Some(n) => self.b.sym(n),
            None => Sym::NONE,
        };
        let function = self.function(node, name, None, Vec::new());
        self.b.expr(ExprKind::Lambda(function), node)
    }

    fn function(
        &mut self,
        node: Node<'t>,
        name: Sym,
        class: Option<ClassId>,
        decorators: Vec<ExprId>,
    ) -> FnId {
        let kids = self.b.kids(node);
        let function =
            self.b.open(Function { name, class, decorators, span: span(node), ..Function::default() });
        if node.kind() != "arrow_function" || class.is_some() {
            let this = self.b.names.sym("this");
            let slot = self.b.declare(this);
            self.b.function().this = slot;
        }
        let mut body = Vec::new();
        if let Some(list) = kids.field(self.f.parameters) {
            self.params(list, &mut body);
        }
        if let Some(one) = kids.field(self.f.parameter) {
            self.param(one, &mut body);
        }
        match kids.field(self.f.body) {
            Some(block) if block.kind() == "statement_block" => body.append(&mut self.block(block)),
            Some(value) => {
                let value = self.expr(value);
                body.push(Stmt::Return(Some(value)));
            }
            None => {}
        }
        self.b.close(body);
        function
    }

    fn params(&mut self, list: Node<'t>, body: &mut Block) {
        let kids = self.b.kids(list);
        for kid in kids.iter() {
            self.param(kid, body);
        }
    }

    fn param(&mut self, node: Node<'t>, body: &mut Block) {
        let parts = self.b.kids(node);
        let is_typed = matches!(node.kind(), "required_parameter" | "optional_parameter");
        let pattern = if is_typed { parts.field(self.f.pattern) } else { Some(node) };
        let Some(pattern) = pattern.filter(|n| n.kind() != "this") else { return };
        let inner = self.b.kids(pattern);
        let (at, default) = match pattern.kind() {
            "assignment_pattern" => (inner.field(self.f.left).unwrap_or(pattern), inner.field(self.f.right)),
            _ => (pattern, parts.field(self.f.value).filter(|_| is_typed)),
        };
        let kind = if at.kind() == "rest_pattern" { ParamKind::Rest } else { ParamKind::One };
        let default = default.map(|n| self.expr(n));
        let ty = parts.field(self.f.ty).filter(|_| is_typed).map(|n| self.expr(n));
        let mut decorators = Vec::new();
        for decorator in parts.all(self.f.decorator) {
            decorators.push(self.first_expr(decorator));
        }
        let target = match self.binding(at) {
            Target::Rest(inner) => *inner,
            other @ (Target::Place(_) | Target::Tuple(_) | Target::Fields(_) | Target::Ignore) => other,
        };
        let name = if at.kind() == "identifier" { self.b.sym(at) } else { Sym::NONE };
        if parts.of_kind("accessibility_modifier").is_some() && name != Sym::NONE {
            // `constructor(private db: Db)` sets a field too.
            let this = self.b.names.sym("this");
            let this = self.b.name(this, span(at));
            let field = self.b.expr(ExprKind::Attr(this, name), at);
            let value = self.b.name(name, span(at));
            body.push(Stmt::Assign { target: Target::Place(field), value });
        }
        self.b.function().params.push(Param { name, kind, target, default, ty, decorators });
    }

    pub(super) fn class_stmt(
        &mut self,
        node: Node<'t>,
        decorators: &[ExprId],
        out: &mut Block,
    ) -> Option<ExprId> {
        let kids = self.b.kids(node);
        let sym = match kids.field(self.f.name) {
            Some(name) => self.b.sym(name),
            None => self.b.names.sym("class"),
        };
        let place = self.b.place(sym, span(node));
        let mut all: Vec<ExprId> = decorators.to_vec();
        for decorator in kids.all(self.f.decorator) {
            all.push(self.first_expr(decorator));
        }
        let class = self.b.class(Class { decorators: all, ..Class::default() });
        let mut bases = Vec::new();
        if let Some(heritage) = kids.of_kind("class_heritage") {
            let inner = self.b.kids(heritage);
            for kid in inner.iter().filter(|n| n.kind() != "implements_clause") {
                let base = if kid.kind() == "extends_clause" { self.first_expr(kid) } else { self.expr(kid) };
                bases.push(base);
            }
        }
        self.b.module.classes[class.0 as usize].bases = bases;
        if let Some(body) = kids.field(self.f.body) {
            self.class_body(body, class);
        }
        out.push(Stmt::Class { class, place });
        Some(place)
    }

    pub(super) fn class_expr(&mut self, node: Node<'t>) -> ExprId {
        // A class as a value: its methods are run with the block around it, so that nothing in it is lost.
        let mut out = Vec::new();
        self.class_stmt(node, &[], &mut out);
        let function = self.b.open(Function { span: span(node), ..Function::default() });
        self.b.close(Vec::new());
        self.b.function_mut(function).body = out;
        self.b.expr(ExprKind::Lambda(function), node)
    }

    fn class_body(&mut self, body: Node<'t>, class: ClassId) {
        let kids = self.b.kids(body);
        let (mut methods, mut fields) = (Vec::new(), Vec::new());
        let mut decorators: Vec<ExprId> = Vec::new();
        for kid in kids.iter() {
            if kid.kind() == "decorator" {
                let made = self.first_expr(kid);
                decorators.push(made);
                continue;
            }
            let parts = self.b.kids(kid);
            let mut own = std::mem::take(&mut decorators);
            for decorator in parts.all(self.f.decorator) {
                own.push(self.first_expr(decorator));
            }
            let name = parts.field(self.f.name).or_else(|| parts.field(self.f.property));
            let Some(name) = name else { continue };
            let sym = self.b.sym(name);
            if kid.kind() == "method_definition" {
                let function = self.function(kid, sym, Some(class), own);
                let head = self.b.slice(kid.start_byte(), name.start_byte());
                self.b.function_mut(function).getter = head.split_whitespace().any(|word| word == "get");
                methods.push((sym, function));
                continue;
            }
            match parts.field(self.f.value) {
                Some(value) if matches!(value.kind(), "arrow_function" | "function_expression") => {
                    methods.push((sym, self.function(value, sym, Some(class), own)));
                }
                Some(value) => fields.push((sym, self.expr(value))),
                None => {
                    if let Some(ty) = parts.field(self.f.ty) {
                        fields.push((sym, self.declared(ty)));
                    }
                }
            }
        }
        let init = self.b.names.sym("constructor");
        let made = &mut self.b.module.classes[class.0 as usize];
        made.constructor = methods.iter().find(|m| m.0 == init).map(|m| m.1);
        (made.methods, made.fields) = (methods, fields);
    }
}
