//! What the edited code calls, and the import for it: the one that the file has, else a new one, once, at the top.
//!
//! A name that means something else in the function is never used: the import then takes another form.

mod python;
mod script;

use crate::language::Family;

use super::edit::Edit;
use super::place::{Place, Refused};

/// How to call a function here.
#[derive(Debug)]
pub(super) struct Imported {
    /// The code that means it, as `html.escape`.
    pub(super) code: String,
    pub(super) edits: Vec<Edit>,
    /// Its full name, as the file's imports resolve the code.
    pub(super) full: String,
}

/// Makes `module.function`, or a module that is a function itself, callable at byte `at`.
pub(super) fn function(
    place: &Place<'_, '_>,
    at: usize,
    module: &str,
    function: &str,
) -> Result<Imported, Refused> {
    let family = place.family;
    if !place.project.has(family, module) {
        return Err(Refused::Shape("the library for it is not among the repository's"));
    }
    let found = match family {
        Family::Python => python::function(place, at, module, function),
        Family::JavaScript => script::function(place, at, module, function),
    };
    let (code, edits) = found.ok_or(Refused::Shape("the names that it needs mean something else here"))?;
    let full = if function.is_empty() { module.to_owned() } else { format!("{module}.{function}") };
    Ok(Imported { code, edits, full })
}
