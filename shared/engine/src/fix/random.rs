//! CWE-330 and CWE-338: numbers from the system's generator, which nobody can foresee.

use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused, within};
use crate::analyze::unit::Node;

const FIX: &str = "secure_random_generation";
const DESCRIPTION: &str = "The number comes from the system's generator; it cannot be seeded or repeated.";

/// `random.random()` to `secrets.SystemRandom().random()`, which has the same methods.
pub(super) fn python(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let method = call.method();
    if matches!(method, "seed" | "setstate" | "getstate") {
        return Err(Refused::Shape("a seed is wanted"));
    }
    if !matches!(call.name.rsplit_once('.').map(|(module, _)| module), Some("random")) {
        return Err(Refused::Shape("the generator is made elsewhere"));
    }
    let single = call.arguments.len() == 1 && call.positional(0).is_some();
    let (function, rest) = match method {
        "choice" if single => ("choice", String::new()),
        "getrandbits" if single => ("randbits", String::new()),
        "randbytes" if single => ("token_bytes", String::new()),
        _ => ("SystemRandom", format!("().{method}")),
    };
    let imported = import::function(place, call.node.range().start, "secrets", function)?;
    let mut edits = imported.edits;
    edits.push(Edit::replace(call.callee.range(), format!("{}{rest}", imported.code)));
    Ok(Proposal::new(FIX, edits, DESCRIPTION).using(imported.full))
}

/// `Math.floor(Math.random() * n)` to `crypto.randomInt(n)`, any other `Math.random()` to a fraction of random bits.
pub(super) fn script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let statement = place.statement(&place.sink).unwrap_or_else(|| place.sink.clone());
    let root = place.facts.unit.root();
    let calls: Vec<_> = root
        .dfs()
        .filter(|node| node.kind() == "call_expression" && node.text() == "Math.random()")
        .filter(|call| {
            let range = call.range();
            let on_way =
                place.finding.way.iter().any(|step| step.start < range.end && range.start < step.end);
            on_way || within(&statement.range(), &range)
        })
        .collect();
    if calls.is_empty() {
        return Err(Refused::Shape("the number is made elsewhere"));
    }
    let is_node = place.facts.names.uses("crypto") || uses_node(place);
    let mut edits: Vec<Edit> = Vec::new();
    let mut proposal_uses = Vec::new();
    for call in calls {
        if !is_node {
            let code = "crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32";
            edits.push(Edit::replace(call.range(), enclosed(&call, code)));
            continue;
        }
        let imported = import::function(place, call.range().start, "crypto", "randomInt")?;
        for edit in imported.edits {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        }
        proposal_uses = vec![imported.full];
        let edit = match whole_number(&call) {
            Some((node, limit)) => Edit::replace(node.range(), format!("{}({limit})", imported.code)),
            None => {
                Edit::replace(call.range(), enclosed(&call, &format!("{}(2 ** 47) / 2 ** 47", imported.code)))
            }
        };
        edits.push(edit);
    }
    let mut proposal = Proposal::new(FIX, edits, DESCRIPTION);
    proposal.uses = proposal_uses;
    Ok(proposal)
}

fn enclosed(call: &Node<'_>, code: &str) -> String {
    let stands_alone = call.parent().is_some_and(|parent| {
        matches!(
            &*parent.kind(),
            "arguments" | "variable_declarator" | "parenthesized_expression" | "template_substitution"
        )
    });
    if stands_alone { code.to_owned() } else { format!("({code})") }
}

/// `Math.floor(Math.random() * n)` around the call, where `n` is a whole number by its form.
fn whole_number<'u>(call: &Node<'u>) -> Option<(Node<'u>, String)> {
    let product = call.parent().filter(|parent| parent.kind() == "binary_expression")?;
    (product.field("operator")?.text() == "*").then_some(())?;
    let (left, right) = (product.field("left")?, product.field("right")?);
    let limit = if left.range() == call.range() { right } else { left };
    let text = limit.text().into_owned();
    let is_whole = text.chars().all(|c| c.is_ascii_digit()) || text.ends_with(".length");
    let floor = product.parent().and_then(|list| list.parent())?;
    let is_floor = floor.kind() == "call_expression"
        && floor.field("function").is_some_and(|f| matches!(&*f.text(), "Math.floor" | "Math.trunc"));
    (is_whole && is_floor).then_some((floor, text))
}

/// Whether the file runs on Node, by what it takes in.
fn uses_node(place: &Place<'_, '_>) -> bool {
    ["fs", "path", "http", "https", "os", "express", "child_process", "util", "net"]
        .iter()
        .any(|module| place.facts.names.uses(module))
}
