//! A conversation of one user: what it is about, and how often it has failed them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::escalation::{self, Reason};
use super::topic::Topic;
use super::wish::Wish;
use crate::access::Owner;
use crate::ids::SessionId;

/// Seconds after its last turn that a session can be gone on with.
pub const RESTS_AFTER: i64 = 86_400;

/// What questions and answers are about, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// `owner/name`.
    pub repository: Option<String>,
    pub pull: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub owner: Owner,
    pub user: String,
    pub turns: u32,
    /// Failed turns since the last escalation.
    pub failed: u32,
    /// What the last answer was about: the next question is, unless it says otherwise.
    pub scope: Scope,
    pub topic: Option<Topic>,
    /// Counts changes: who changes it names the version that it read. 0 before the first turn is written.
    pub version: u64,
    pub last_at: Timestamp,
}

impl Session {
    pub fn begin(id: SessionId, owner: Owner, user: String, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            user,
            turns: 0,
            failed: 0,
            scope: Scope::default(),
            topic: None,
            version: 0,
            last_at: now,
        }
    }

    pub fn is_over(&self, now: Timestamp) -> bool {
        now.as_second() - self.last_at.as_second() > RESTS_AFTER
    }

    /// Takes a turn, and answers whether a person is asked to take over. After that the count starts afresh: not every
    /// further turn asks again.
    pub fn turn(&mut self, wish: Wish, confidence: f64, now: Timestamp) -> Option<Reason> {
        self.turns = self.turns.saturating_add(1);
        self.last_at = self.last_at.max(now);
        self.version += 1;
        self.failed += u32::from(escalation::failed(wish, confidence));
        let reason = escalation::escalate(wish, confidence, self.failed);
        if reason.is_some() {
            self.failed = 0;
        }
        reason
    }

    /// A turn that seemed well has failed after all.
    pub fn fail(&mut self) -> Option<Reason> {
        self.version += 1;
        self.failed += 1;
        let unresolved = self.failed >= escalation::MOST_FAILED;
        if unresolved {
            self.failed = 0;
        }
        unresolved.then_some(Reason::Unresolved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Seed;

    fn session() -> Session {
        let seed = Seed { at: Timestamp::UNIX_EPOCH, noise: 7 };
        Session::begin(SessionId::made(seed), Owner::deployment(), "ann".to_owned(), seed.at)
    }

    /// Turns of a session, each with its expected escalation.
    #[track_caller]
    fn check(turns: &[(Wish, f64, Option<Reason>)]) {
        let mut session = session();
        for (place, (wish, confidence, expected)) in turns.iter().enumerate() {
            assert_eq!(session.turn(*wish, *confidence, Timestamp::UNIX_EPOCH), *expected, "turn {place}");
        }
        assert_eq!((u64::from(session.turns), session.version), (turns.len() as u64, turns.len() as u64));
    }

    #[test]
    fn three_failed_turns_are_enough() {
        let unresolved = Some(Reason::Unresolved);
        let (unsure, sure) = ((Wish::None, 0.5, None), (Wish::None, 0.9, None));
        check(&[unsure, unsure, (Wish::None, 0.5, unresolved)]);
        check(&[unsure, sure, unsure, sure, (Wish::None, 0.5, unresolved)]);
        check(&[sure, (Wish::Better, 0.4, None), unsure, (Wish::Better, 0.9, unresolved), sure]);
        // An escalation starts the count afresh.
        let low = (Wish::None, 0.1, Some(Reason::LowConfidence));
        check(&[
            unsure,
            unsure,
            (Wish::None, 0.1, unresolved),
            unsure,
            unsure,
            (Wish::None, 0.5, unresolved),
        ]);
        check(&[unsure, low, unsure, unsure, (Wish::None, 0.5, unresolved)]);
    }

    #[test]
    fn feedback_counts_as_a_turn_does() {
        let mut session = session();
        assert_eq!((session.fail(), session.fail(), session.fail()), (None, None, Some(Reason::Unresolved)));
        assert_eq!((session.failed, session.turns, session.version), (0, 0, 3));
    }

    #[test]
    fn sessions_rest() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert!(!session().is_over(at(RESTS_AFTER)) && session().is_over(at(RESTS_AFTER + 1)));
    }
}
