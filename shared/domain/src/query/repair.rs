//! How a finding is fixed, and whether it is.

use super::answer::{cut, quoted};
use super::runs::subject;
use super::shown::line;
use crate::results::{FixResults, FunctionFixed, Vulnerability};
use crate::task::Task;

/// Characters of a diff.
const LONGEST_DIFF: usize = 2000;

/// Whether a fix of it was proved.
pub(super) fn repaired(finding: &Vulnerability, fixes: &FixResults) -> bool {
    of(finding, fixes).is_some()
}

fn of<'a>(finding: &Vulnerability, fixes: &'a FixResults) -> Option<&'a FunctionFixed> {
    let same =
        |fix: &&FunctionFixed| fix.file_path == finding.file_path && fix.fingerprint == finding.fingerprint;
    fixes.functions_fixed.iter().find(same)
}

/// As `fixed in commit 9c5f7b1f0f9d`.
pub(super) fn state(finding: &Vulnerability, fixes: &FixResults) -> String {
    match (of(finding, fixes), &fixes.commit_sha, &fixes.not_committed) {
        (Some(_), Some(sha), _) => format!("fixed in commit {}", quoted(sha, 12)),
        (Some(_), None, Some(why)) => {
            format!("a fix is verified and not committed: {}", quoted(&why.replace('_', " "), 100))
        }
        (Some(_), None, None) => "a fix is verified and not committed".to_owned(),
        (None, ..) => rejected(finding, fixes).map_or("no fix".to_owned(), |why| format!("no fix: {why}")),
    }
}

/// Why no fix was made, as `no_template: why` or the rung that it failed says it.
fn rejected(finding: &Vulnerability, fixes: &FixResults) -> Option<String> {
    let mut all = fixes.rejected.iter();
    let found =
        all.find(|fix| fix.file_path == finding.file_path && fix.fingerprint == finding.fingerprint)?;
    let why = found.reason.split_once(": ").map_or(found.reason.as_str(), |(_, why)| why);
    Some(quoted(&why.replace('_', " "), 200))
}

/// How one finding is fixed: its advice, and the verified fix where there is one.
pub(super) fn repair(finding: &Vulnerability, task: &Task, fixes: &FixResults, of_all: usize) -> String {
    let mut lines = vec![format!("In {}:", subject(task)), line(finding)];
    for text in [&finding.description, &finding.advice] {
        if !text.is_empty() {
            lines.push(quoted(text, 500));
        }
    }
    if let Some(fixed) = of(finding, fixes) {
        let done = if fixes.commit_sha.is_some() {
            "It is fixed in the commit that was made"
        } else {
            "A fix is verified"
        };
        lines.push(format!("{done}: {}", quoted(&fixed.description, 300)));
        lines.push(cut(&fixed.diff, LONGEST_DIFF));
    } else if let Some(why) = rejected(finding, fixes) {
        lines.push(format!("No fix was verified: {why}."));
    }
    if of_all > 1 {
        lines.push(format!("{} more would fit the question: name a file to be exact.", of_all - 1));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
