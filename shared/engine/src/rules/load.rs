//! Reads a language's rules and indexes them: calls by the last part of their name, all else by node kind.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use ast_grep_config::{DeserializeEnv, RuleCore, RuleCoreError, SerializableRule, SerializableRuleCore};
use ast_grep_core::matcher::Matcher;
use serde::Deserialize;

use super::{About, Condition, Rule, Shape, data};
use crate::language::Language;

/// All rules of one language, compiled.
pub(crate) struct RuleSet {
    rules: Vec<Rule>,
    /// (rule, shape) by the last part of a callee's name.
    by_callee: HashMap<String, Vec<(usize, usize)>>,
    by_kind: HashMap<u16, Vec<(usize, usize)>>,
}

/// Why a rule file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadRule {
    #[error("not a rule: {0}")]
    Yaml(String),
    #[error("{rule}: its shape does not compile: {reason}")]
    Shape { rule: String, reason: String },
    #[error("{0}: a shape needs a callee or a node kind")]
    NoKind(String),
}

#[derive(Deserialize)]
pub(super) struct RuleFile {
    #[serde(flatten)]
    pub(super) about: About,
    #[serde(rename = "match")]
    shapes: Vec<ShapeFile>,
    #[cfg(test)]
    #[serde(default)]
    pub(super) examples: super::Examples,
}

#[derive(Deserialize)]
struct ShapeFile {
    #[serde(default)]
    callee: Vec<String>,
    /// Languages that have this syntax; all of the family when empty.
    #[serde(default)]
    only: Vec<String>,
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, Condition>,
    confidence: Option<f64>,
    rule: Option<SerializableRule>,
    constraints: Option<HashMap<String, SerializableRule>>,
    utils: Option<HashMap<String, SerializableRule>>,
}

impl RuleSet {
    pub(crate) fn of(language: Language) -> &'static Self {
        const COUNT: usize = Language::ALL.len();
        static SETS: [OnceLock<RuleSet>; COUNT] = [const { OnceLock::new() }; COUNT];
        SETS[language.place()].get_or_init(|| {
            // A test compiles every file for every language, so that nothing is left out here.
            let compiled = data::rules(language).iter().filter_map(|text| read(text, language).ok());
            Self::index(compiled.collect())
        })
    }

    pub(super) fn index(rules: Vec<Rule>) -> Self {
        let mut set = Self { rules: Vec::new(), by_callee: HashMap::new(), by_kind: HashMap::new() };
        for (r, rule) in rules.iter().enumerate() {
            for (s, shape) in rule.shapes.iter().enumerate() {
                for callee in &shape.callee {
                    let places = set.by_callee.entry(last_part(callee).to_owned()).or_default();
                    if !places.contains(&(r, s)) {
                        places.push((r, s));
                    }
                }
                if shape.callee.is_empty() {
                    let kinds = shape.matcher.as_ref().and_then(Matcher::potential_kinds);
                    for kind in kinds.iter().flatten() {
                        let kind = u16::try_from(kind).unwrap_or_default();
                        set.by_kind.entry(kind).or_default().push((r, s));
                    }
                }
            }
        }
        set.rules = rules;
        set
    }

    /// The shapes that a call of this name may have.
    pub(crate) fn for_callee(&self, name: &str) -> impl Iterator<Item = (&Rule, &Shape)> {
        self.shapes(self.by_callee.get(last_part(name)))
    }

    /// The shapes other than calls that a node of this kind may have.
    pub(crate) fn for_kind(&self, kind: u16) -> impl Iterator<Item = (&Rule, &Shape)> {
        self.shapes(self.by_kind.get(&kind))
    }

    fn shapes(&self, places: Option<&Vec<(usize, usize)>>) -> impl Iterator<Item = (&Rule, &Shape)> {
        places
            .into_iter()
            .flatten()
            .map(|&(rule, shape)| (&self.rules[rule], &self.rules[rule].shapes[shape]))
    }
}

/// The last part of a dotted name.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

pub(super) fn read(text: &str, language: Language) -> Result<Rule, BadRule> {
    compile_all(parse(text)?, language)
}

pub(super) fn parse(text: &str) -> Result<RuleFile, BadRule> {
    ast_grep_config::from_str(text).map_err(|error| BadRule::Yaml(error.to_string()))
}

pub(super) fn compile_all(file: RuleFile, language: Language) -> Result<Rule, BadRule> {
    let mut shapes = Vec::new();
    for shape in file.shapes {
        if !shape.only.is_empty() && !shape.only.iter().any(|only| *only == format!("{language:?}")) {
            continue;
        }
        shapes.push(compile(shape, language, &file.about)?);
    }
    Ok(Rule { about: Arc::new(file.about), shapes })
}

fn compile(shape: ShapeFile, language: Language, about: &About) -> Result<Shape, BadRule> {
    let bad = |error: &RuleCoreError| {
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            reason = format!("{reason}: {error}");
            cause = error.source();
        }
        BadRule::Shape { rule: about.id.clone(), reason }
    };
    let matcher = match shape.rule {
        None => None,
        Some(rule) => {
            let core = SerializableRuleCore {
                rule,
                constraints: shape.constraints,
                utils: shape.utils,
                transform: None,
            };
            Some(core.get_matcher(DeserializeEnv::new(language)).map_err(|error| bad(&error))?)
        }
    };
    let has_kind = matcher.as_ref().is_some_and(|matcher: &RuleCore| matcher.potential_kinds().is_some());
    if shape.callee.is_empty() && !has_kind {
        return Err(BadRule::NoKind(about.id.clone()));
    }
    Ok(Shape { callee: shape.callee, matcher, conditions: shape.conditions, confidence: shape.confidence })
}
