//! Python: functions, classes and imports.

use super::super::super::ir::{
    Block, Class, ClassId, ExprId, ExprKind, FnId, Function, ImportFrom, Param, ParamKind, Stmt, Target,
};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    pub(super) fn decorated(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let mut decorators = Vec::new();
        for kid in kids.iter().filter(|n| n.kind() == "decorator") {
            let inner = self.b.kids(kid);
            if let Some(value) = inner.first() {
                decorators.push(self.expr(value));
            }
        }
        match kids.field(self.f.definition) {
            Some(n) if n.kind() == "class_definition" => self.class(n, &decorators, out),
            Some(n) => self.function(n, &decorators, None, out),
            None => {}
        }
    }

    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        decorators: &[ExprId],
        class: Option<(ClassId, &mut Vec<(Sym, FnId)>)>,
        out: &mut Block,
    ) {
        let kids = self.b.kids(node);
        let Some(name) = kids.field(self.f.name) else { return };
        let sym = self.b.sym(name);
        let place = class.is_none().then(|| self.b.place(sym, span(name)));
        let is_static = self.is_decorated(decorators, &["staticmethod"]);
        let getter = class.is_some() && self.is_decorated(decorators, &["property", "cached_property"]);
        let function = self.b.open(Function {
            name: sym,
            decorators: decorators.to_vec(),
            class: class.as_ref().map(|c| c.0),
            takes_self: class.is_some() && !is_static,
            getter,
            span: span(node),
            ..Function::default()
        });
        if let Some(list) = kids.field(self.f.parameters) {
            self.params(list);
        }
        let body = kids.field(self.f.body).map(|n| self.block(n)).unwrap_or_default();
        self.b.close(body);
        match (class, place) {
            (Some((_, methods)), _) => methods.push((sym, function)),
            (None, Some(place)) => out.push(Stmt::Def { function, place }),
            (None, None) => {}
        }
    }

    fn is_decorated(&self, decorators: &[ExprId], words: &[&str]) -> bool {
        decorators.iter().any(|d| {
            matches!(self.b.module.expr(*d).kind, ExprKind::Unbound(s) | ExprKind::Attr(_, s)
                if words.contains(&self.b.names.text(s)))
        })
    }

    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let kids = self.b.kids(node);
        let function = self.b.open(Function { span: span(node), ..Function::default() });
        if let Some(list) = kids.field(self.f.parameters) {
            self.params(list);
        }
        let body =
            kids.field(self.f.body).map(|n| vec![Stmt::Return(Some(self.expr(n)))]).unwrap_or_default();
        self.b.close(body);
        self.b.expr(ExprKind::Lambda(function), node)
    }

    fn params(&mut self, list: Node<'t>) {
        let kids = self.b.kids(list);
        for kid in kids.iter() {
            let inner = self.b.kids(kid);
            let at = if kid.kind() == "identifier" {
                Some(kid)
            } else {
                inner.field(self.f.name).or_else(|| inner.first())
            };
            let Some(at) = at else { continue };
            let kind = match (kid.kind(), at.kind()) {
                ("list_splat_pattern", _) | (_, "list_splat_pattern") => ParamKind::Rest,
                ("dictionary_splat_pattern", _) | (_, "dictionary_splat_pattern") => ParamKind::Named,
                _ => ParamKind::One,
            };
            // A default is evaluated outside, but there is nothing in it that the function's own names could change.
            let default = inner.field(self.f.value).map(|n| self.expr(n));
            let ty = inner.field(self.f.ty).map(|n| self.expr(n));
            let target = match self.target(at) {
                Target::Rest(inner) => *inner,
                other @ (Target::Place(_) | Target::Tuple(_) | Target::Fields(_) | Target::Ignore) => other,
            };
            let plain = self.b.text(at).trim_start_matches('*');
            let name = self.b.names.sym(plain);
            self.b.function().params.push(Param { name, kind, target, default, ty, decorators: Vec::new() });
        }
    }

    pub(super) fn class(&mut self, node: Node<'t>, decorators: &[ExprId], out: &mut Block) {
        let kids = self.b.kids(node);
        let Some(name) = kids.field(self.f.name) else { return };
        let sym = self.b.sym(name);
        let place = self.b.place(sym, span(name));
        let class = self.b.class(Class { decorators: decorators.to_vec(), ..Class::default() });
        let mut bases = Vec::new();
        if let Some(list) = kids.field(self.f.superclasses) {
            let list = self.b.kids(list);
            bases.extend(list.iter().filter(|n| n.kind() != "keyword_argument").map(|n| self.expr(n)));
        }
        let (mut methods, mut fields) = (Vec::new(), Vec::new());
        if let Some(body) = kids.field(self.f.body) {
            let body = self.b.kids(body);
            for kid in body.iter() {
                self.member(kid, class, &mut methods, &mut fields, out);
            }
        }
        let init = self.b.names.sym("__init__");
        let constructor = methods.iter().find(|m| m.0 == init).map(|m| m.1);
        let made = &mut self.b.module.classes[class.0 as usize];
        made.constructor = constructor;
        (made.bases, made.methods, made.fields) = (bases, methods, fields);
        out.push(Stmt::Class { class, place });
    }

    fn member(
        &mut self,
        node: Node<'t>,
        class: ClassId,
        methods: &mut Vec<(Sym, FnId)>,
        fields: &mut Vec<(Sym, ExprId)>,
        out: &mut Block,
    ) {
        let mut decorators = Vec::new();
        let mut at = node;
        if node.kind() == "decorated_definition" {
            let kids = self.b.kids(node);
            for kid in kids.iter().filter(|n| n.kind() == "decorator") {
                let inner = self.b.kids(kid);
                decorators.extend(inner.first().map(|n| self.expr(n)));
            }
            let Some(inner) = kids.field(self.f.definition) else { return };
            at = inner;
        }
        match at.kind() {
            "function_definition" => self.function(at, &decorators, Some((class, methods)), out),
            "class_definition" => self.class(at, &decorators, out),
            "expression_statement" => {
                let kids = self.b.kids(at);
                for kid in kids.iter() {
                    let parts = self.b.kids(kid);
                    let (left, right) = (parts.field(self.f.left), parts.field(self.f.right));
                    let Some(left) = left.filter(|n| n.kind() == "identifier") else { continue };
                    let sym = self.b.sym(left);
                    let value = match (right, parts.field(self.f.ty)) {
                        // A number's type says more than its default.
                        (Some(_), Some(ty)) if matches!(self.b.text(ty), "int" | "float") => {
                            self.declared(ty)
                        }
                        (Some(right), _) => self.expr(right),
                        (None, Some(ty)) => self.declared(ty),
                        (None, None) => continue,
                    };
                    fields.push((sym, value));
                }
            }
            _ => {}
        }
    }

    pub(super) fn import(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        for kid in kids.iter() {
            let inner = self.b.kids(kid);
            let alias = inner.field(self.f.alias);
            let dotted = if kid.kind() == "aliased_import" { inner.field(self.f.name) } else { Some(kid) };
            let Some(dotted) = dotted else { continue };
            let path: Vec<Sym> = self.segments(dotted);
            let Some(first) = path.first().copied() else { continue };
            let from = ImportFrom { path, dots: 0, relative: false, root_only: alias.is_none() };
            let value = self.b.expr(ExprKind::Import(Box::new(from)), kid);
            let bound = alias.map_or(first, |n| self.b.sym(n));
            let target = self.b.target(bound, span(kid));
            out.push(Stmt::Assign { target, value });
        }
    }

    fn segments(&mut self, dotted: Node<'t>) -> Vec<Sym> {
        let text = self.b.text(dotted);
        text.split('.').map(|s| self.b.names.sym(s.trim())).collect()
    }

    pub(super) fn import_from(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let Some(module) = kids.field(self.f.module_name) else { return };
        let text = self.b.text(module);
        let plain = text.trim_start_matches('.');
        let dots = super::super::super::names::id(text.len() - plain.len());
        let path: Vec<Sym> =
            plain.split('.').filter(|s| !s.is_empty()).map(|s| self.b.names.sym(s.trim())).collect();
        if kids.of_kind("wildcard_import").is_some() {
            let from = ImportFrom { path: path.clone(), dots, relative: dots > 0, root_only: false };
            let package = self.b.expr(ExprKind::Import(Box::new(from)), node);
            self.b.module.wildcards.push(package);
        }
        for kid in kids.all(self.f.name) {
            let inner = self.b.kids(kid);
            let (name, bound) = match (inner.field(self.f.name), inner.field(self.f.alias)) {
                (Some(name), Some(alias)) => (name, alias),
                _ => (kid, kid),
            };
            let from = ImportFrom { path: path.clone(), dots, relative: dots > 0, root_only: false };
            let package = self.b.expr(ExprKind::Import(Box::new(from)), kid);
            let member = self.b.sym(name);
            let value = self.b.expr(ExprKind::Attr(package, member), kid);
            let bound = self.b.sym(bound);
            let target = self.b.target(bound, span(kid));
            out.push(Stmt::Assign { target, value });
        }
    }
}
