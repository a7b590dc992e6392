//! What a question about findings says besides asking for them.

use super::question::Question;
use super::restriction::{Dimension, Restriction};
use super::search::stems;
use crate::results::Vulnerability;
use crate::task::Task;

/// Words that ask for findings as such, and narrow nothing.
const COMMON: &str = "finding vulnerability vulnerable weakness issue problem flaw bug hole security secure insecure pull \
    request pr mr run last latest newest severity severities fix repair solve resolve patch remediate correct advice \
    file repository repo project code list found find explain describe one ones number dangerous risk mean happen \
    what name tell type kind cwe count total each every only there location line function method sort \
    still already yet wrong \
    everything anything something bring brings brought contain commit";

/// Words that some of these findings have, which narrow as the restrictions do; and what nothing explains.
pub(super) fn own_words(
    question: &Question,
    task: &Task,
    all: &[Vulnerability],
) -> (Vec<String>, Vec<String>) {
    let common: Vec<String> = stems(COMMON).into_iter().chain(stems(&task.repository)).collect();
    let mut own: Vec<String> = question.rest.clone();
    own.retain(|word| {
        let stems = stems(word);
        stems.is_empty() || !stems.iter().all(|stem| common.contains(stem))
    });
    let (known, mut left): (Vec<String>, Vec<String>) =
        own.into_iter().partition(|word| all.iter().any(|finding| speaks_of(finding, word)));
    let foreign = |one: &&Restriction| !Dimension::OF_FINDINGS.contains(&one.what.dimension());
    left.extend(question.restrictions.iter().filter(foreign).map(|one| one.words.clone()));
    (known, left)
}

/// How much of a question was understood, of which this was left.
pub(super) fn asked(question: &Question, left: &[String]) -> usize {
    let whole = question.rest.len() + question.restrictions.len() + usize::from(question.worst);
    whole.saturating_sub(left.len())
}

pub(super) fn speaks_of(finding: &Vulnerability, word: &str) -> bool {
    let Vulnerability { kind, description, file_path, rule_id, function_name, category, .. } = finding;
    let has = stems(&format!("{kind} {description} {file_path} {rule_id} {function_name} {category}"));
    let wanted = stems(word);
    !wanted.is_empty() && wanted.iter().all(|stem| has.contains(stem))
}
