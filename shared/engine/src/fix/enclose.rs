//! Puts a call around each value that goes into a text: the escape function of the text's language.

use super::call::Call;
use super::edit::Edit;
use super::holes::{self, Hole};
use super::import;
use super::place::{Place, Refused};
use super::value;
use crate::analyze::unit::Node;

/// How values are enclosed.
pub(super) struct Escape<'a> {
    pub(super) module: &'a str,
    pub(super) function: &'a str,
    /// The function takes text only: a value of which nothing is known is made text first.
    pub(super) text_only: bool,
    /// Characters that tell text of the sink's language.
    pub(super) marks: &'a [char],
}

/// Which values are enclosed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that the finding's way names.
    Tainted,
    /// All that are no constants.
    All,
}

pub(super) struct Enclosed<'u> {
    pub(super) edits: Vec<Edit>,
    pub(super) uses: String,
    pub(super) holes: Vec<Hole<'u>>,
}

/// The values in `text` that are to be enclosed.
pub(super) fn chosen<'u>(
    place: &Place<'_, 'u>,
    text: &Node<'u>,
    escape: &Escape<'_>,
    which: Which,
) -> Result<Vec<Hole<'u>>, Refused> {
    let all = holes::of(place, text, escape.marks);
    let mut holes = all.ok_or(Refused::Shape("the text is put together in another way"))?;
    holes.retain(|hole| !is_harmless(place, &hole.node, escape));
    if which == Which::Tainted {
        holes.retain(|hole| place.is_on_way(&hole.node));
    }
    if holes.is_empty() {
        return Err(Refused::Shape("the value's place in the text was not found"));
    }
    if holes.iter().any(|hole| runs_code(&hole.node)) {
        return Err(Refused::Shape("the value is code that ran; that comes first"));
    }
    Ok(holes)
}

/// Escapes what `text` takes in.
pub(super) fn values<'u>(
    place: &Place<'_, 'u>,
    text: &Node<'u>,
    escape: &Escape<'_>,
    which: Which,
) -> Result<Enclosed<'u>, Refused> {
    let holes = chosen(place, text, escape, which)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut uses = String::new();
    for hole in &holes {
        let at = hole.node.range().start;
        let imported = import::function(place, at, escape.module, escape.function)?;
        for edit in imported.edits {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
        uses = imported.full;
        let value = hole.node.text();
        let is_text = !escape.text_only || !hole.formatted || value::is_text(place, &hole.node);
        let value = if is_text { value.into_owned() } else { format!("str({value})") };
        edits.push(Edit::replace(hole.node.range(), format!("{}({value})", imported.code)));
    }
    Ok(Enclosed { edits, uses, holes })
}

/// Escaped already, or a number.
fn is_harmless<'u>(place: &Place<'_, 'u>, node: &Node<'u>, escape: &Escape<'_>) -> bool {
    let is_escaped = |call: Call<'u>| match call.name.strip_prefix(escape.module) {
        Some("") => escape.function.is_empty(),
        Some(rest) => rest.strip_prefix('.') == Some(escape.function),
        None => false,
    };
    value::is_number(place, node, false) || Call::of(place.facts, node).is_some_and(is_escaped)
}

fn runs_code(node: &Node<'_>) -> bool {
    let callee = node.field("function").map(|callee| callee.text().into_owned());
    matches!(callee.as_deref(), Some("eval" | "exec"))
}
