//! The detector of pattern rules: one walk of the tree, each node against the rules that its kind or callee allows.

use ast_grep_core::matcher::MatcherExt;

use super::detect::Detector;
use super::finding::Finding;
use super::unit::Node;
use super::value::{Facts, Origin, Value, is_name};
use crate::flow::Evidence;
use crate::rules::{Condition, Rule, RuleSet, Shape};

/// How much surer, or less sure, than for a parameter.
const INPUT_BONUS: f64 = 0.2;
const UNKNOWN_MALUS: f64 = 0.3;
const MAX_CONFIDENCE: f64 = 0.95;

pub(crate) struct Patterns;

impl Detector for Patterns {
    fn detect(&self, facts: &Facts<'_>) -> Vec<Finding> {
        let rules = RuleSet::of(facts.unit.language);
        let root = facts.unit.root();
        let mut found = Vec::new();
        for node in root.dfs().filter(Node::is_named) {
            let callee = match &*node.kind() {
                "call" | "call_expression" => node.field("function"),
                "new_expression" => node.field("constructor"),
                _ => None,
            };
            if let Some(name) = callee.and_then(|callee| facts.names.dotted(&callee)) {
                for (rule, shape) in rules.for_callee(&name) {
                    if shape.callee.iter().any(|wanted| is_name(&name, wanted)) {
                        found.extend(matched(facts, rule, shape, &node));
                    }
                }
            }
            for (rule, shape) in rules.for_kind(node.kind_id()) {
                found.extend(matched(facts, rule, shape, &node));
            }
        }
        found
    }
}

fn matched<'u>(facts: &Facts<'u>, rule: &Rule, shape: &Shape, node: &Node<'u>) -> Option<Finding> {
    let matched = shape.matcher.match_node(node.clone())?;
    let mut worst = Value::of(Origin::Constant);
    for (name, condition) in &shape.conditions {
        let value = holds(facts, condition, matched.get_env().get_match(name)?)?;
        if value.origin >= worst.origin {
            worst = value;
        }
    }
    let judges =
        shape.conditions.values().any(|condition| condition.built || condition.at_least > Origin::Constant);
    let base = shape.confidence.unwrap_or(rule.about.confidence);
    let confidence = if judges { confidence(base, worst.origin) } else { base };
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
    let callee = node.field("function").or_else(|| node.field("constructor"));
    let name = callee.and_then(|callee| callee.field("property").or_else(|| callee.field("attribute")));
    name.as_ref().unwrap_or(node).start_pos().line() as u64 + 1
}

/// What a secret is called, without the secret.
fn name_only(text: &str) -> String {
    text.split(['=', ':', '"', '\'']).next().unwrap_or_default().trim().to_owned()
}
