//! Data flow: which outside values reach which dangerous places, and which uses are wrong by their constants.
//!
//! Source text becomes a small language-free form ([`ir`], one lowering per language), and one engine runs it
//! ([`engine`]) by rules that are data ([`rules`]). Nothing here reads a clock, a disk or the network, and every walk
//! is over sorted things: the same tree gives the same bytes. Work is bounded by fuel that grows with the input; where
//! it ends, [`Report::incomplete`] says so.

mod engine;
mod ir;
mod lower;
mod names;
mod report;
mod rules;
mod value;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use quartet_domain::results::Vulnerability;

use crate::analyze::outline::Outline;
use crate::analyze::unit::{Unit, Unread};
use crate::tree::Tree;
use engine::Engine;
use lower::Language;
use rules::file::RuleFile;

pub(crate) use rules::OwnFlows;

/// Address space for the run's own thread; deep code touches some of it, most code next to none.
const STACK: usize = 64 * 1024 * 1024;

/// A finding, and where its code is.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub vulnerability: Vulnerability,
    /// The bytes of the sink.
    pub range: Range<usize>,
    /// The bytes of the function around it, or of the file.
    pub function: Range<usize>,
    /// The sink's text.
    pub sink: String,
    /// The places in the sink's file that the value came by: reads, variables, calls.
    pub way: Vec<Range<usize>>,
    pub evidence: Evidence,
}

/// What makes a finding, and so a fix of it, less sure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Only a parameter, of which nobody knows what it holds.
    pub weak: bool,
    /// The sink is known by a method's name alone.
    pub guess: bool,
    /// The parser could not read the lines around.
    pub near_error: bool,
}

/// Lines of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines(Vec<u64>);

impl Lines {
    fn insert(&mut self, line: u32) {
        let (word, bit) = (line as usize / 64, line % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    pub fn has(&self, line: u64) -> bool {
        let word = usize::try_from(line / 64).ok().and_then(|word| self.0.get(word));
        word.is_some_and(|word| word >> (line % 64) & 1 == 1)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Sorted by path, line and rule.
    pub hits: Vec<Hit>,
    /// What users' rules add: further ones, and some of `hits` that are surer with them.
    pub own: Vec<Hit>,
    /// Path, line and weakness (as `CWE-89`) of each place that was looked at and found harmless.
    pub judged: BTreeSet<(String, u64, String)>,
    /// Of each file that was run to its end, the lines whose calls were come by; what is on no other is dead code.
    pub reached: BTreeMap<String, Lines>,
    /// Files that were to be run whole.
    pub files: u64,
    /// How often a file was parsed: more than there are where the code of some had to be forgotten.
    pub parsed: u64,
    /// Expressions that were evaluated.
    pub evaluations: u64,
    /// Files and functions whose run stopped at a limit.
    pub incomplete: Vec<String>,
}

/// What parsing a file gave; `None` for no source code.
pub(crate) type Parsed<'u> = Result<Option<(&'u Unit, Outline<'u>)>, Unread>;

/// Takes each file's path and what its parsing gave.
pub(crate) type Inspect<'a> = dyn FnMut(&str, Parsed<'_>) + Send + 'a;

/// Says of a path whether its file is run whole.
pub(crate) type Ours<'a> = dyn Fn(&str) -> bool + Sync + 'a;

/// Whether the engine reads files of this name.
pub fn reads(path: &str) -> bool {
    Language::of(path).is_some()
}

/// Runs the whole tree or, given `changed` paths, those and the files that name them; what they call is followed
/// wherever it lies.
pub fn analyze(tree: &Tree, changed: Option<&BTreeSet<String>>) -> Report {
    let mut unread = Vec::new();
    let mut report = run(tree, changed, &OwnFlows::default(), &|_| true, &mut |path, parsed| {
        unread.extend(parsed.err().map(|why| format!("{path}: {why}")));
    });
    report.incomplete.append(&mut unread);
    report.incomplete.sort_unstable();
    report
}

/// As [`analyze`], showing each file to `inspect` when it is parsed for the first time. Files that are not `ours` are read
/// only where others call them.
pub(crate) fn run(
    tree: &Tree,
    changed: Option<&BTreeSet<String>>,
    own: &OwnFlows,
    ours: &Ours<'_>,
    inspect: &mut Inspect<'_>,
) -> Report {
    std::thread::scope(|scope| {
        let run = std::thread::Builder::new().name("flow".to_owned()).stack_size(STACK);
        match run.spawn_scoped(scope, || all(tree, changed, own, ours, inspect)) {
            Ok(handle) => match handle.join() {
                Ok(report) => report,
                Err(panic) => std::panic::resume_unwind(panic),
            },
            // No room for a thread: say so, rather than risk this one's stack.
            Err(_) => Report {
                incomplete: vec!["data flow: no thread to run it in".to_owned()],
                ..Report::default()
            },
        }
    })
}

fn all(
    tree: &Tree,
    changed: Option<&BTreeSet<String>>,
    own: &OwnFlows,
    ours: &Ours<'_>,
    inspect: &mut Inspect<'_>,
) -> Report {
    let mut groups: BTreeMap<Language, Vec<(&str, &[u8])>> = BTreeMap::new();
    for (path, bytes) in tree.iter() {
        let Some(language) = Language::of(path) else { continue };
        groups.entry(language.family()).or_default().push((path, bytes));
    }
    let mut report = Report::default();
    for (language, files) in groups {
        let mut wanted: Vec<&str> = match changed {
            Some(changed) => near(&files, changed),
            None => files.iter().map(|f| f.0).collect(),
        };
        wanted.retain(|path| ours(path));
        if wanted.is_empty() {
            continue;
        }
        if let Some(rules) = own.beside(language) {
            beside(&rules, language, &files, &wanted, &mut report);
        }
        let mut engine = Engine::new(rules::file::builtin(language), language, files, inspect);
        engine.run(&wanted);
        report.files += wanted.len() as u64;
        report.parsed += engine.files.parsed();
        report.evaluations += engine.evaluations;
        report.hits.extend(report::hits(&engine));
        report.judged.append(&mut report::judged(&engine));
        let is_whole = |path: &str| !engine.incomplete.iter().any(|i| i.starts_with(path));
        for path in wanted.iter().filter(|path| is_whole(path)) {
            report.reached.insert((*path).to_owned(), engine.reached(path));
        }
        report.incomplete.extend(engine.incomplete.iter().cloned());
    }
    surest(&mut report.hits);
    surest(&mut report.own);
    report.own.retain(|own| {
        let known = report.hits.binary_search_by(|hit| place(hit).cmp(&place(own))).ok();
        known.is_none_or(|at| sureness(own) > sureness(&report.hits[at]))
    });
    report.incomplete.sort_unstable();
    report
}

/// Runs users' rules, which may meet built-in ones on the way: what is found counts, and nothing else of the run does.
fn beside(
    rules: &RuleFile,
    language: Language,
    files: &[(&str, &[u8])],
    wanted: &[&str],
    report: &mut Report,
) {
    let mut ignore = |_: &str, _: Parsed<'_>| {};
    let mut engine = Engine::new(rules, language, files.to_vec(), &mut ignore);
    engine.run(wanted);
    report.own.extend(report::hits(&engine));
    report.incomplete.extend(engine.incomplete.iter().map(|what| format!("{what}, with your own rules")));
}

/// Sorts. Two sinks of one line and rule are one finding: the surer, or the first.
fn surest(hits: &mut Vec<Hit>) {
    hits.sort_by(|a, b| place(a).cmp(&place(b)));
    hits.dedup_by(|next, kept| {
        let same = place(next) == place(kept);
        if same && sureness(next) > sureness(kept) {
            std::mem::swap(next, kept);
        }
        same
    });
}

fn sureness(hit: &Hit) -> f64 {
    hit.vulnerability.confidence_score
}

fn place(hit: &Hit) -> (&str, u64, &str) {
    let found = &hit.vulnerability;
    (&found.file_path, found.line_number, &found.rule_id)
}

/// The changed files and those whose text names one of them, as an import would.
fn near<'t>(files: &[(&'t str, &'t [u8])], changed: &BTreeSet<String>) -> Vec<&'t str> {
    let stems: BTreeSet<&str> = changed.iter().filter_map(|p| stem(p)).collect();
    // Too many stems for an automaton are a change of everything.
    let named = AhoCorasick::new(&stems).ok();
    let names = |bytes: &[u8]| named.as_ref().is_none_or(|named| named.is_match(bytes));
    files.iter().filter(|(path, bytes)| changed.contains(*path) || names(bytes)).map(|f| f.0).collect()
}

/// What an import of the file would say: its name, or its folder's where the file stands for that.
fn stem(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split('.').next().filter(|s| !s.is_empty())?;
    if stem == "__init__" || stem == "index" {
        return folder.rsplit('/').next().filter(|s| !s.is_empty());
    }
    (stem.len() > 1).then_some(stem)
}
