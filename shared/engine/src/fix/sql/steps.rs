//! Where a text is written: in the call, or in the assignments of the name that the call is given, one after the other.

use crate::analyze::unit::Node;
use crate::analyze::{Meaning, is_logging};

use super::super::place::{Place, Refused, within};

/// Most assignments that make one text.
const MAX_STEPS: usize = 16;

/// The expressions in their order. Each adds to the one before it, and nothing stands between them that could leave one
/// out or see what is there by then.
pub(in crate::fix) fn of<'u>(place: &Place<'_, 'u>, query: &Node<'u>) -> Result<Vec<Node<'u>>, Refused> {
    if query.kind() != "identifier" {
        return Ok(vec![query.clone()]);
    }
    let name = query.text();
    let mut steps = Vec::new();
    let mut repeated = 0;
    let mut at = query.range().start;
    loop {
        let Meaning::Values(values) = place.facts.scopes.meaning(&name, at) else {
            return Err(Refused::Shape("the text comes from elsewhere"));
        };
        let Some(newest) = values.first() else {
            return Err(Refused::Shape("the text comes from elsewhere"));
        };
        let mentions = newest.value.dfs().filter(|node| node.kind() == "identifier" && node.text() == name);
        let mentions = mentions.count();
        // At most `query = query + ..`, which the reader of the text understands.
        if mentions > 1 || newest.adds && mentions > 0 || steps.len() == MAX_STEPS {
            return Err(Refused::Shape("the text is put together in several steps"));
        }
        repeated += mentions;
        steps.push(newest.value.clone());
        if !newest.adds && mentions == 0 {
            break;
        }
        at = newest.value.range().start;
    }
    steps.reverse();
    if place.facts.scopes.assignments_at(&name, query.range().start) != steps.len() {
        return Err(Refused::Shape("the text is assigned in several places"));
    }
    in_a_row(place, &steps)?;
    let function = place.facts.scopes.function_at(query.range().start).range.clone();
    let root = place.facts.unit.root();
    let uses = root.dfs().filter(|node| {
        node.kind() == "identifier"
            && within(&function, &node.range())
            && node.text() == name
            && !is_logging(place.facts, node)
    });
    // The assignments and the call.
    if uses.count() != steps.len() + repeated + 1 {
        return Err(Refused::Shape("the text is used elsewhere too"));
    }
    Ok(steps)
}

/// All assignments are statements of one block of this function, which holds the sink too.
fn in_a_row<'u>(place: &Place<'_, 'u>, steps: &[Node<'u>]) -> Result<(), Refused> {
    let block = |step: &Node<'u>| Some(place.statement(step)?.parent()?.range());
    let first = steps.first().and_then(block);
    let sink = place.sink.range();
    let function = &place.facts.scopes.function_at(sink.start).range;
    let is_here = steps.iter().all(|step| within(function, &step.range()));
    let alone = steps.len() == 1 || first.as_ref().is_some_and(|block| within(block, &sink));
    if is_here && alone && steps.iter().all(|step| block(step) == first) {
        Ok(())
    } else {
        Err(Refused::Shape("the text is put together in several steps"))
    }
}
