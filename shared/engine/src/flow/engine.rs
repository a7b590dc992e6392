//! The flow engine: runs every function of a repository once, on values of which only some things are known.
//!
//! A function is run with symbols for its parameters; what it returns, and which sinks its parameters reach, is its
//! summary, and a call is the summary with the arguments put in. Files are lowered when first asked for and forgotten
//! when the cache is full; summaries stay. Every step costs fuel; where it ends, the run goes on with the next
//! function and says so.

mod anchor;
mod answer;
mod assign;
mod branch;
mod call;
mod constant;
mod container;
mod define;
mod effect;
mod expr;
mod files;
mod frame;
mod literal;
mod member;
mod operate;
mod outcome;
mod record;
mod resolve;
mod shape;
mod sink;
mod stmt;
mod summary;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Inspect;
use super::Lines;
use super::ir::{FnId, Module, Span};
use super::lower::Language;
use super::names::{Name, Names, Sym, id};
use super::rules::Rules;
use super::rules::file::RuleFile;
use super::value::{ClassRef, FnRef, Mask, Origin, Value};
use branch::Change;
use define::ClassInfo;
use files::Files;
use frame::Frame;
use summary::Summary;

pub(super) use sink::{Found, Place};

/// Deepest nesting of evaluations, calls included.
const DEPTH: u32 = 480;
/// Evaluations that one function may take, what it calls not counted.
const FUNCTION_FUEL: u64 = 60_000;
/// Evaluations that a file may take beside its share by size.
const FILE_FUEL: u64 = 200_000;
/// Values of variables that a file's branches may carry to where they meet.
const MOVES: u64 = 400_000;
/// Evaluations by expression of a file.
const FILE_SHARE: u64 = 12;

/// A step on the way of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) file: u32,
    pub(super) span: Span,
    pub(super) what: What,
    pub(super) before: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// By position in the run's sources.
    Source(u32),
    /// Into the variable or element that the span names.
    Into,
    /// As an argument of the call that the span names.
    Passed,
    /// A parameter's way inside the function called.
    Inside,
}

/// A read of something an outsider controls.
#[derive(Clone, Debug)]
pub(super) struct SourceAt<'r> {
    pub(super) what: &'r str,
    pub(super) strength: f64,
    pub(super) file: u32,
    pub(super) line: u32,
    call: u32,
    name: Name,
}

pub(super) struct Engine<'r> {
    pub(super) names: Names,
    pub(super) rules: Rules<'r>,
    pub(super) files: Files<'r>,
    frames: Vec<Frame>,
    journal: Vec<Change>,
    branches: u32,
    facts: Vec<(Origin, Mask)>,
    pub(super) steps: Vec<Step>,
    pub(super) sources: Vec<SourceAt<'r>>,
    summaries: FxHashMap<FnRef, Option<Rc<Summary>>>,
    entries: FxHashMap<FnRef, (u32, Name)>,
    classes: FxHashMap<ClassRef, Rc<ClassInfo>>,
    fields: FxHashMap<(ClassRef, Sym), Value>,
    /// By file, the packages of which it takes all names.
    packages: FxHashMap<u32, Rc<[Value]>>,
    /// Methods that reading runs.
    getters: FxHashSet<FnRef>,
    pub(super) found: BTreeMap<Place, Found>,
    pub(super) incomplete: BTreeSet<String>,
    /// File, line and rule of what was looked at and found harmless.
    pub(super) judged: BTreeSet<(u32, u32, u32)>,
    /// By file, the lines of calls that were run.
    reached: Vec<Lines>,
    patterns: shape::Patterns<'r>,
    pub(super) evaluations: u64,
    function_fuel: u64,
    file_fuel: u64,
    repository_fuel: u64,
    moves: u64,
    calls: u32,
    loops: u32,
    depth: u32,
    nested: u32,
}

impl<'r> Engine<'r> {
    pub(super) fn new(
        rules: &'r RuleFile,
        language: Language,
        files: Vec<(&'r str, &'r [u8])>,
        inspect: &'r mut Inspect<'_>,
    ) -> Self {
        let mut names = Names::new();
        let rules = Rules::new(rules, &mut names);
        names.seal();
        let reached = vec![Lines::default(); files.len()];
        let bytes: usize = files.iter().map(|f| f.1.len()).sum();
        Self {
            names,
            rules,
            files: Files::new(files, language, inspect),
            frames: Vec::new(),
            journal: Vec::new(),
            branches: 0,
            facts: Vec::new(),
            steps: vec![Step { file: 0, span: Span::default(), what: What::Inside, before: 0 }],
            sources: Vec::new(),
            summaries: FxHashMap::default(),
            entries: FxHashMap::default(),
            classes: FxHashMap::default(),
            fields: FxHashMap::default(),
            packages: FxHashMap::default(),
            getters: FxHashSet::default(),
            found: BTreeMap::new(),
            incomplete: BTreeSet::new(),
            judged: BTreeSet::new(),
            reached,
            patterns: shape::Patterns::default(),
            evaluations: 0,
            function_fuel: 0,
            file_fuel: 0,
            repository_fuel: 4 * bytes as u64 + 20_000_000,
            moves: 0,
            calls: 0,
            loops: 0,
            depth: 0,
            nested: 0,
        }
    }

    /// Runs all of each of these files: its top level, then every function in it that no one has run yet.
    pub(super) fn run(&mut self, paths: &[&str]) {
        self.files.want(paths);
        for path in paths {
            let Some(file) = self.files.find(path) else { continue };
            self.run_file(file);
            for old in self.files.crowd() {
                if self.files.has_room() {
                    break;
                }
                // Its turn would come later, with its code to be read again.
                self.run_file(old);
                self.files.forget(old);
            }
        }
    }

    fn run_file(&mut self, file: u32) {
        if !self.files.take_due(file) {
            return;
        }
        let Some(module) = self.load(file) else { return };
        self.file_fuel = FILE_FUEL + FILE_SHARE * module.exprs.len() as u64;
        self.moves = MOVES;
        if module.cut {
            let path = self.files.path(file);
            self.incomplete.insert(format!("{path}: too deep or too long to read whole"));
        }
        let frame = self.enter_module(file, &module);
        self.settle(frame, &module);
        self.leave_module(file, frame);
    }

    pub(super) fn reached(&self, path: &str) -> Lines {
        let file = self.files.find(path).and_then(|file| self.reached.get(file as usize));
        file.cloned().unwrap_or_default()
    }

    /// One unit of fuel; `false` when there is none.
    fn burn(&mut self) -> bool {
        if self.function_fuel == 0 || self.file_fuel == 0 || self.repository_fuel == 0 {
            return false;
        }
        self.evaluations += 1;
        self.function_fuel -= 1;
        self.file_fuel -= 1;
        self.repository_fuel -= 1;
        true
    }

    /// Says which limit the function that just ended ran into, if any.
    fn say_if_dry(&mut self, file: u32, function: FnId, module: &Module) {
        let limit = if self.repository_fuel == 0 {
            "repository"
        } else if self.file_fuel == 0 {
            "file"
        } else if self.function_fuel == 0 {
            "function"
        } else {
            return;
        };
        let name = self.names.text(module.function(function).name);
        let path = self.files.path(file);
        let place = if name.is_empty() { path.to_owned() } else { format!("{path}: {name}") };
        self.incomplete.insert(format!("{place}: out of fuel for the {limit}"));
    }

    /// Whether values may still be carried from path to path. A file that has many paths through many variables has
    /// their product to carry: it ends there.
    fn may_move(&mut self) -> bool {
        if self.moves == 0 {
            self.file_fuel = 0;
        }
        self.moves > 0
    }

    fn step(&mut self, span: Span, what: What, before: u32) -> u32 {
        let file = self.frames.last().map_or(0, |f| f.file);
        if let Some(last) = self.steps.get(before as usize)
            && (last.file, last.span.line, last.what) == (file, span.line, what)
        {
            return before;
        }
        self.steps.push(Step { file, span, what, before });
        id(self.steps.len() - 1)
    }
}
