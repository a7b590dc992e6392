//! Pattern rules: one walk of the tree, each node against the rules that its kind or callee allows.

use ast_grep_core::matcher::MatcherExt;
use ast_grep_core::meta_var::MetaVarEnv;

use super::call;
use super::finding::Finding;
use super::outline::Marks;
use super::skip;
use super::unit::Node;
use super::value::{Facts, Origin, Value, is_name};
use crate::flow::Evidence;
use crate::rules::{Budget, Condition, OwnRules, Rule, RuleSet, Shape};

/// How much surer, or less sure, than for a parameter.
const INPUT_BONUS: f64 = 0.2;
const UNKNOWN_MALUS: f64 = 0.3;
const MAX_CONFIDENCE: f64 = 0.95;

/// How sure a finding in a test can be, in the languages without data flow.
const MAX_CONFIDENCE_IN_TESTS: f64 = 0.45;

/// What users' own rules find.
pub(super) struct Own {
    pub(super) found: Vec<Finding>,
    /// Whether every node was looked at.
    pub(super) is_complete: bool,
}

pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let nodes = facts.outline.with(Marks::LOOKED_AT).cloned();
    walk(facts, RuleSet::of(facts.unit.language), nodes, &mut |_, _, _| true)
}

pub(super) fn find_own(facts: &Facts<'_>, own: &OwnRules) -> Own {
    let mut is_complete = true;
    let Some(rules) = own.of(facts.unit.language) else { return Own { found: Vec::new(), is_complete } };
    let mut budget = Budget::of(facts.unit.source());
    // The outline knows only what our own rules are about.
    let root = facts.unit.root();
    let nodes = root.dfs().filter(Node::is_named);
    let found = walk(facts, rules, nodes, &mut |rule, shape, node| {
        is_complete = own.pay(rule, shape, node.range().len(), &mut budget);
        is_complete
    });
    Own { found, is_complete }
}

/// `may` says whether a shape may look at a node.
fn walk<'u>(
    facts: &Facts<'u>,
    rules: &RuleSet,
    nodes: impl Iterator<Item = Node<'u>>,
    may: &mut dyn FnMut(&Rule, &Shape, &Node<'u>) -> bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for node in nodes {
        let is_ruled = |last: &str| rules.for_callee(last).next().is_some();
        if facts.names.may_call(&node, &is_ruled)
            && let Some(name) = facts.names.callee(&node)
        {
            for (rule, shape) in rules.for_callee(&name) {
                if shape.callee.iter().any(|wanted| is_name(&name, wanted)) && may(rule, shape, &node) {
                    found.extend(matched(facts, rule, shape, &node));
                }
            }
        }
        for (rule, shape) in rules.for_kind(node.kind_id()) {
            if may(rule, shape, &node) {
                found.extend(matched(facts, rule, shape, &node));
            }
        }
    }
    found
}

fn matched<'u>(facts: &Facts<'u>, rule: &Rule, shape: &Shape, node: &Node<'u>) -> Option<Finding> {
    let captured = match &shape.matcher {
        Some(matcher) => matcher.match_node(node.clone())?.get_env().clone(),
        None => MetaVarEnv::new(),
    };
    let mut worst = Value::of(Origin::Constant);
    for (name, condition) in &shape.conditions {
        let part = captured.get_match(name).cloned().or_else(|| call::part(node, name))?;
        let value = holds(facts, condition, &part)?;
        if value.origin >= worst.origin {
            worst = value;
        }
    }
    let judges =
        shape.conditions.values().any(|condition| condition.built || condition.at_least > Origin::Constant);
    let base = shape.confidence.unwrap_or(rule.about.confidence);
    let confidence = if judges { confidence(base, worst.origin) } else { base };
    let in_test = facts.unit.language.family().is_none() && skip::is_test(&facts.unit.path);
    let confidence = if in_test { confidence.min(MAX_CONFIDENCE_IN_TESTS) } else { confidence };
    let function = facts.scopes.function_at(node.range().start);
    let is_secret = rule.about.category == "secret";
    Some(Finding {
        about: rule.about.clone(),
        path: facts.unit.path.clone(),
        line: line_of(node),
        function: function.name.clone(),
        function_range: function.range.clone(),
        description: describe(
            &rule.about.description,
            if is_secret { "" } else { &worst.source },
            worst.origin,
        ),
        confidence,
        flow: Vec::new(),
        range: node.range(),
        kind: node.kind().into_owned(),
        sink: if is_secret { name_only(&node.text()) } else { node.text().into_owned() },
        way: Vec::new(),
        evidence: Evidence { guess: true, ..Evidence::default() },
        fingerprint: String::new(),
    })
}

/// The value of the part, when the condition holds of it.
fn holds<'u>(facts: &Facts<'u>, condition: &Condition, part: &Node<'u>) -> Option<Value> {
    if !condition.names.is_empty() {
        let name = facts.names.dotted(part)?;
        condition.names.iter().any(|wanted| is_name(&name, wanted)).then_some(())?;
    }
    if !condition.made_by.is_empty() {
        let maker = facts.maker(part)?;
        condition.made_by.iter().any(|wanted| is_name(&maker, wanted)).then_some(())?;
    }
    let value = facts.value(part, &condition.clean);
    let is_bare_input = condition.as_is && value.text.is_empty() && value.origin == Origin::Input;
    let reads_so = condition.text.as_ref().is_none_or(|text| text.is_match(&value.text));
    let is_built = !condition.built || value.built;
    (is_bare_input || is_built && reads_so && value.origin >= condition.at_least).then_some(value)
}

fn confidence(base: f64, origin: Origin) -> f64 {
    let sure = match origin {
        Origin::Input => base + INPUT_BONUS,
        Origin::Parameter => base,
        Origin::Unknown | Origin::Constant => base - UNKNOWN_MALUS,
    };
    // Two decimals: more would only look exact.
    (sure.clamp(0.05, MAX_CONFIDENCE) * 100.0).round() / 100.0
}

fn describe(description: &str, source: &str, origin: Origin) -> String {
    match origin {
        Origin::Input if !source.is_empty() => format!("{description} The value comes from `{source}`."),
        Origin::Parameter if !source.is_empty() => {
            format!("{description} The value comes from `{source}`, which a caller chooses.")
        }
        Origin::Input | Origin::Parameter | Origin::Unknown | Origin::Constant => description.to_owned(),
    }
}

/// From 1: the line of a call's name, which a chain over several lines puts below the start of the call.
fn line_of(node: &Node<'_>) -> u64 {
    let name = call::of(node).map(|call| call.name());
    name.as_ref().unwrap_or(node).start_pos().line() as u64 + 1
}

/// What a secret is called, without the secret.
fn name_only(text: &str) -> String {
    text.split(['=', ':', '"', '\'']).next().unwrap_or_default().trim().to_owned()
}
