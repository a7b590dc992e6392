//! Paths that part and meet. Values are changed in place; a journal takes a branch back, so a branch costs what it
//! changes and not what there is.

use super::super::ir::Slot;
use super::super::value::{Label, Mask, Origin, Taint, Value};
use super::Engine;

/// How far back what is known by tests is looked for.
const FACTS: usize = 128;
/// More paths than this that leave a variable alone are not asked what each has proven of it.
const PROVING_PATHS: usize = 16;

/// The frame, the slot, which of the paths; the value at the path's end.
type Changed<'o> = ((usize, Slot, usize), &'o Value);

/// A variable's value before it was changed.
pub(super) struct Change {
    pub(super) frame: usize,
    pub(super) call: u32,
    pub(super) slot: Slot,
    pub(super) value: Value,
}

/// How a block ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// Out of the loop.
    Leave,
    /// Out of the function.
    End,
}

/// One of several paths, run and taken back.
pub(super) struct Outcome {
    pub(super) flow: Flow,
    pub(super) changes: Vec<Change>,
    pub(super) facts: Vec<(Origin, Mask)>,
    /// What the variables held on the way.
    pub(super) between: Vec<Change>,
}

impl Engine<'_> {
    /// Runs `body` as one of several paths from here.
    pub(super) fn branch(&mut self, facts_from: usize, body: impl FnOnce(&mut Self) -> Flow) -> Outcome {
        let mark = self.journal.len();
        let facts = self.facts.len();
        self.branches += 1;
        let flow = body(self);
        self.branches -= 1;
        let (changes, between) = self.take_back(mark);
        let newest = self.facts.len().saturating_sub(FACTS).max(facts_from);
        let held = self.facts.get(newest..).map(<[_]>::to_vec).unwrap_or_default();
        self.facts.truncate(facts);
        Outcome { flow, changes, facts: held, between }
    }

    /// Undoes what the journal holds from `mark` on. Gives the values undone, one for each variable, and apart from
    /// them those that a variable held before its last one.
    fn take_back(&mut self, mark: usize) -> (Vec<Change>, Vec<Change>) {
        let mut changes: Vec<Change> = Vec::with_capacity(self.journal.len().saturating_sub(mark));
        while self.journal.len() > mark {
            let Some(mut change) = self.journal.pop() else { break };
            let Some(frame) = self.frames.get_mut(change.frame).filter(|f| f.call == change.call) else {
                continue;
            };
            if let Some(place) = frame.slots.get_mut(change.slot as usize) {
                std::mem::swap(place, &mut change.value);
                changes.push(change);
            }
        }
        // Undone newest first: the first one of a variable is the value it had in the end.
        changes.sort_by_key(|c| (c.frame, c.slot));
        let mut last: Vec<Change> = Vec::with_capacity(changes.len());
        let mut between = Vec::new();
        for change in changes {
            match last.last() {
                Some(l) if (l.frame, l.slot) == (change.frame, change.slot) => {
                    if !change.value.taint.is_clean() {
                        between.push(change);
                    }
                }
                _ => last.push(change),
            }
        }
        (last, between)
    }

    pub(super) fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            if !self.may_move() {
                break;
            }
            self.put(change.frame, change.slot, change.value.clone());
        }
    }

    /// The state as before joined with what `changes` made of it.
    pub(super) fn apply_maybe(&mut self, changes: &[Change]) {
        for change in changes {
            if !self.may_move() {
                break;
            }
            let Some(now) = self.frames.get(change.frame).and_then(|f| f.slots.get(change.slot as usize))
            else {
                continue;
            };
            let joined = now.join(&change.value);
            self.put(change.frame, change.slot, joined);
        }
    }

    /// Goes on from where `outcomes` meet. Paths out of the function are gone; paths out of a loop count for values,
    /// which hold behind the loop, and not for what is known by tests.
    pub(super) fn meet(&mut self, mut outcomes: Vec<Outcome>) -> Flow {
        outcomes.retain(|o| o.flow != Flow::End);
        let Some(first) = outcomes.first() else { return Flow::End };
        let mut facts: Option<Vec<_>> = None;
        for outcome in outcomes.iter().filter(|o| o.flow == Flow::Next) {
            facts = Some(match facts {
                None => outcome.facts.clone(),
                Some(known) => known.into_iter().filter(|f| outcome.facts.contains(f)).collect(),
            });
        }
        let flow = if facts.is_some() { Flow::Next } else { Flow::Leave };
        if outcomes.len() == 1 {
            let changes = std::mem::take(&mut outcomes[0].changes);
            self.apply(&changes);
        } else if first.changes.is_empty() && outcomes.iter().all(|o| o.changes.is_empty()) {
            // Nothing to join.
        } else {
            self.join_all(&outcomes);
        }
        self.facts.extend(facts.unwrap_or_default());
        flow
    }

    /// What each changed variable holds behind all of `outcomes`: one pass over their changes, so that many paths that
    /// each change a variable of their own cost no more than what they change.
    fn join_all(&mut self, outcomes: &[Outcome]) {
        let mut changes: Vec<Changed<'_>> = outcomes
            .iter()
            .enumerate()
            .flat_map(|(path, o)| o.changes.iter().map(move |c| ((c.frame, c.slot, path), &c.value)))
            .collect();
        changes.sort_unstable_by_key(|(key, _)| *key);
        for same in changes.chunk_by(|a, b| (a.0.0, a.0.1) == (b.0.0, b.0.1)) {
            let Some(((frame, slot, _), _)) = same.first() else { continue };
            let Some(before) = self.frames.get(*frame).and_then(|f| f.slots.get(*slot as usize)) else {
                continue;
            };
            // The paths that leave the variable as it was count once, where the first of them stands.
            let first = same.iter().enumerate().position(|(at, ((_, _, path), _))| at != *path);
            let first = first.or((same.len() < outcomes.len()).then_some(same.len()));
            let (head, tail) = same.split_at(first.unwrap_or(same.len()));
            let left_alone = first.map(|_| left_alone(before, outcomes, same));
            let changed = |((_, _, path), value): &Changed<'_>| {
                without_proven((*value).clone(), &outcomes[*path].facts)
            };
            let values = head.iter().map(changed).chain(left_alone).chain(tail.iter().map(changed));
            let joined = values.reduce(|all, value| all.join(&value));
            if let Some(joined) = joined {
                self.put(*frame, *slot, joined);
            }
        }
    }

    /// Takes as given that `value`, as a test, came out as `outcome`.
    pub(super) fn assume(&mut self, value: &Value, outcome: bool) {
        if let Some(test) = value.test() {
            let facts = if outcome { &test.yes } else { &test.no };
            self.facts.extend(facts.iter().copied());
        }
    }

    /// The classes for which tests on this path have found `origin` harmless.
    pub(super) fn proven(&self, origin: Origin) -> Mask {
        self.facts.iter().rev().take(FACTS).filter(|f| f.0 == origin).fold(0, |all, f| all | f.1)
    }
}

/// What a variable holds behind the paths that leave it alone, each with what it has proven.
fn left_alone(before: &Value, outcomes: &[Outcome], changed: &[Changed<'_>]) -> Value {
    if before.taint.is_clean() || outcomes.len() - changed.len() > PROVING_PATHS {
        return before.clone();
    }
    let changes = |path: usize| changed.binary_search_by_key(&path, |((_, _, path), _)| *path).is_ok();
    let alone = outcomes.iter().enumerate().filter(|(path, _)| !changes(*path));
    let values = alone.map(|(_, outcome)| without_proven(before.clone(), &outcome.facts));
    values.reduce(|all, value| all.join(&value)).unwrap_or_else(|| before.clone())
}

/// A value that leaves the path on which something was proven of it takes the proof along.
fn without_proven(value: Value, facts: &[(Origin, Mask)]) -> Value {
    if facts.is_empty() || value.taint.is_clean() {
        return value;
    }
    let proven = |origin| facts.iter().filter(|f| f.0 == origin).fold(0, |all, f| all | f.1);
    let labels = value.taint.labels().iter().map(|l| Label { mask: l.mask & !proven(l.origin), ..*l });
    Value { taint: Taint::from_labels(labels.collect()), ..value }
}
