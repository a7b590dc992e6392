//! Names of events, and families of them: `query.created`, `query.*`, `*`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalogue;

/// One event, or all whose names begin alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// `None` unless the catalogue has what it names.
    pub fn parse(text: &str) -> Option<Self> {
        let family = text == "*" || text.ends_with(".*");
        let pattern = Self(text.to_owned());
        let known = if family {
            catalogue::all().iter().any(|event| pattern.matches(event.name))
        } else {
            catalogue::find(text).is_some()
        };
        known.then_some(pattern)
    }

    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => self.0 == name,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, matching: &str, other: &str) {
        let pattern = Pattern::parse(text).expect("a pattern");
        assert!(pattern.matches(matching) && !pattern.matches(other), "{text}");
    }

    #[test]
    fn a_pattern_means_one_event_or_a_family() {
        check("query.created", "query.created", "query.created2");
        check("query.*", "query.escalated", "query");
        check("pipeline.*", "pipeline.started", "pipeline_complete");
        assert!(Pattern::parse("*").expect("a pattern").matches("pipeline_complete"));
        for none in [
            "",
            "query",
            "query.",
            "quer*",
            "nothing.*",
            "*.created",
            "query.**",
            "Query.created",
            "query.created ",
        ] {
            assert_eq!(Pattern::parse(none), None, "{none}");
        }
    }
}
