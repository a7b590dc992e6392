//! JavaScript: imports and exports, in both of the language's ways.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use super::super::super::ir::{Block, ExprId, ExprKind, ImportFrom, Stmt, Target};
use super::super::super::names::Sym;
use super::super::builder::span;
use super::super::syntax::Node;
use super::Lower;

impl<'t> Lower<'_, '_, 't> {
    fn specifier(&mut self, source: Node<'t>) -> ExprId {
        let text = self.fixed(source);
        let plain = text.strip_prefix("node:").unwrap_or(&text);
        let relative = plain.starts_with('.') || plain.starts_with('/');
        let path = vec![self.b.names.sym(plain)];
        let from = ImportFrom { path, dots: u32::from(relative), relative, root_only: false };
        self.b.expr(ExprKind::Import(Box::new(from)), source)
    }

    /// `require("x")` and `import("x")`.
    pub(super) fn required(&mut self, callee: Node<'t>, list: Node<'t>, node: Node<'t>) -> Option<ExprId> {
        let is_require = callee.kind() == "import" || self.b.text(callee) == "require";
        let source = self.first(list).filter(|n| is_require && n.kind() == "string")?;
        let made = self.specifier(source);
        self.b.module.exprs[made.0 as usize].span = span(node);
        Some(made)
    }

    pub(super) fn import(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        for kid in kids.iter() {
            let source = kids.field(self.f.source);
            match kid.kind() {
                "import_clause" => {
                    let Some(source) = source else { continue };
                    self.clause(kid, source, out);
                }
                "import_require_clause" => {
                    let parts = self.b.kids(kid);
                    let (Some(source), Some(name)) = (parts.field(self.f.source), parts.first()) else {
                        continue;
                    };
                    let value = self.specifier(source);
                    self.bind_import(name, value, out);
                }
                _ => {}
            }
        }
    }

    fn clause(&mut self, clause: Node<'t>, source: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(clause);
        for kid in kids.iter() {
            match kid.kind() {
                "identifier" => {
                    let value = self.specifier(source);
                    self.bind_import(kid, value, out);
                }
                "namespace_import" => {
                    let Some(name) = self.first(kid) else { continue };
                    let value = self.specifier(source);
                    self.bind_import(name, value, out);
                }
                "named_imports" => {
                    let names = self.b.kids(kid);
                    for specifier in names.iter() {
                        let parts = self.b.kids(specifier);
                        let Some(name) = parts.field(self.f.name) else { continue };
                        let package = self.specifier(source);
                        let value = self.taken(package, name);
                        self.bind_import(parts.field(self.f.alias).unwrap_or(name), value, out);
                    }
                }
                _ => {}
            }
        }
    }

    /// One name of a package.
    fn taken(&mut self, package: ExprId, name: Node<'t>) -> ExprId {
        let sym = self.b.sym(name);
        if self.b.text(name) == "default" { package } else { self.b.expr(ExprKind::Attr(package, sym), name) }
    }

    fn bind_import(&mut self, name: Node<'t>, value: ExprId, out: &mut Block) {
        let sym = self.b.sym(name);
        let target = self.b.target(sym, span(name));
        out.push(Stmt::Assign { target, value });
    }

    pub(super) fn export(&mut self, node: Node<'t>, out: &mut Block) {
        let kids = self.b.kids(node);
        let mut decorators = Vec::new();
        for decorator in kids.all(self.f.decorator) {
            decorators.push(self.first_expr(decorator));
        }
        let default = self.b.names.sym("default");
        let is_default =
            self.b.text(node).get(..40.min(self.b.text(node).len())).is_some_and(|t| t.contains(" default"));
        if let Some(declaration) = kids.field(self.f.declaration) {
            let start = out.len();
            match declaration.kind() {
                "class_declaration" | "abstract_class_declaration" => {
                    self.class_stmt(declaration, &decorators, out);
                }
                _ => self.stmt(declaration, out),
            }
            let places: Vec<ExprId> = out[start..].iter().flat_map(places).collect();
            for place in places {
                self.export_place(place, is_default.then_some(default), out);
            }
        } else if let Some(value) = kids.field(self.f.value) {
            let value = self.expr(value);
            let target = Target::Place(self.b.export(default, span(node)));
            out.push(Stmt::Assign { target, value });
        } else if let Some(clause) = kids.of_kind("export_clause") {
            self.export_clause(clause, kids.field(self.f.source), out);
        }
    }

    fn export_clause(&mut self, clause: Node<'t>, source: Option<Node<'t>>, out: &mut Block) {
        let kids = self.b.kids(clause);
        for kid in kids.iter() {
            let parts = self.b.kids(kid);
            let Some(name) = parts.field(self.f.name) else { continue };
            let value = match source {
                Some(source) => {
                    let package = self.specifier(source);
                    self.taken(package, name)
                }
                None => self.expr(name),
            };
            let sym = self.b.sym(parts.field(self.f.alias).unwrap_or(name));
            let target = Target::Place(self.b.export(sym, span(kid)));
            out.push(Stmt::Assign { target, value });
        }
    }

    fn export_place(&mut self, place: ExprId, default: Option<Sym>, out: &mut Block) {
        let at = self.b.module.expr(place).span;
        let ExprKind::Unbound(sym) = self.b.module.expr(place).kind else { return };
        let value = self.b.name(sym, at);
        let target = Target::Place(self.b.export(default.unwrap_or(sym), at));
        out.push(Stmt::Assign { target, value });
    }

    /// `module.exports = x` and `exports.y = x`, at the top of a file.
    pub(super) fn export_by_assignment(&mut self, node: Node<'t>, out: &mut Block) -> bool {
        let kids = self.b.kids(node);
        let (Some(left), Some(right)) = (kids.field(self.f.left), kids.field(self.f.right)) else {
            return false;
        };
        if !self.b.is_top() || left.kind() != "member_expression" {
            return false;
        }
        let text = self.b.text(left);
        let name = match text.strip_prefix("module.exports").or_else(|| text.strip_prefix("exports")) {
            Some("") if text.starts_with("module") => "",
            Some(rest) if rest.starts_with('.') && !rest[1..].contains('.') => &rest[1..],
            _ => return false,
        };
        let sym = self.b.names.sym(name);
        let value = self.expr(right);
        let target = Target::Place(self.b.export(sym, span(left)));
        if let ExprKind::Lambda(function) = self.b.module.expr(value).kind {
            self.b.function_mut(function).name = sym;
        }
        out.push(Stmt::Assign { target, value });
        true
    }
}

/// The variables that a declaration binds.
fn places(stmt: &Stmt) -> Vec<ExprId> {
    match stmt {
        Stmt::Def { place, .. } | Stmt::Class { place, .. } => vec![*place],
        Stmt::Assign { target: Target::Place(place), .. } => vec![*place],
        _ => Vec::new(),
    }
}
