//! Which files of a tree an import may mean.

use crate::language::Family;

const SCRIPT: &[&str] = &["", ".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx", "/index.js", "/index.ts"];
const PYTHON: &[&str] = &[".py", "/__init__.py"];

/// The files of a module, or of the module that something is imported from: `db.connect` is of `db.py`.
pub(super) fn files(family: Family, path: &str, module: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (bases, mut name) = match family {
        Family::JavaScript if module.starts_with('.') => resolved(folder, module),
        Family::JavaScript => return Vec::new(),
        Family::Python => python(folder, module),
    };
    let ends = match family {
        Family::JavaScript => SCRIPT,
        Family::Python => PYTHON,
    };
    loop {
        let path = match family {
            Family::JavaScript => name.clone(),
            Family::Python => name.replace('.', "/"),
        };
        let in_base = |base: &String| if base.is_empty() { path.clone() } else { format!("{base}/{path}") };
        let found: Vec<String> = bases
            .iter()
            .map(in_base)
            .flat_map(|stem| ends.iter().map(move |end| format!("{stem}{end}")))
            .filter(|path| exists(path))
            .collect();
        match name.rsplit_once('.') {
            None => return found,
            Some(_) if !found.is_empty() => return found,
            Some((outer, _)) => name = outer.to_owned(),
        }
    }
}

/// The folder and the last part of `../lib/db`.
fn resolved(folder: &str, module: &str) -> (Vec<String>, String) {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let (outer, name) = module.rsplit_once('/').unwrap_or((module, "index"));
    for part in outer.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (vec![parts.join("/")], name.to_owned())
}

/// Folders that a Python module may be in, and its name.
fn python(folder: &str, module: &str) -> (Vec<String>, String) {
    let name = module.trim_start_matches('.');
    let dots = module.len() - name.len();
    let mut bases = Vec::new();
    let mut at = folder;
    loop {
        bases.push(at.to_owned());
        if at.is_empty() {
            break;
        }
        at = at.rsplit_once('/').map_or("", |(outer, _)| outer);
    }
    // `from . import db` reads `..db`, as `from ..db import x` does but for its end.
    let wanted = if dots == 0 { 0..bases.len() } else { dots.saturating_sub(2)..dots.min(bases.len()) };
    (bases.get(wanted).map(<[String]>::to_vec).unwrap_or_default(), name.to_owned())
}
