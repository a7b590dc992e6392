//! Whether the fixes of a run may be committed: the whole decision, as data.

use quartet_domain::repository::Pull;

/// What is to be done with the fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// There is nothing to commit.
    Nothing,
    Commit,
    /// They are shown in the comment instead.
    Suggest(Withheld),
}

/// Why verified fixes are not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// A push has no pull request to commit to.
    Push,
    /// The head branch lies in a repository that we cannot write to.
    Fork,
    ProtectedBranch,
    /// A test that passed before the fixes fails after them.
    TestsWorse,
    /// Somebody pushed meanwhile; a new run is on its way.
    HeadMoved,
    /// The pull request is closed, or its branch is gone.
    Closed,
    /// The patch touches what no fix may touch.
    PatchRefused,
    /// The pull request has had all the fix commits that it may have.
    RoundsCapped,
}

impl Withheld {
    /// The word in the payload.
    pub fn word(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Fork => "fork",
            Self::ProtectedBranch => "protected_branch",
            Self::TestsWorse => "tests_worse",
            Self::HeadMoved => "head_moved",
            Self::Closed => "closed",
            Self::PatchRefused => "patch_refused",
            Self::RoundsCapped => "rounds_capped",
        }
    }

    /// For people, after "They were not committed, because ".
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Push => "a push to the default branch is reported only.",
            Self::Fork => "the head branch lies in a fork, which Quartet does not write to.",
            Self::ProtectedBranch => "the branch is protected.",
            Self::TestsWorse => "a test that passed before fails with them.",
            Self::HeadMoved => "the branch has moved on meanwhile.",
            Self::Closed => "the pull request is closed or its branch is gone.",
            Self::PatchRefused => "they touch files that a fix may not touch.",
            Self::RoundsCapped => "this pull request has had all the fix commits that it may have.",
        }
    }
}

/// What is known before the forge is asked about the branch.
pub fn plan(pull: Option<&Pull>, files: usize, not_worse: Option<bool>) -> Plan {
    match pull {
        _ if files == 0 => Plan::Nothing,
        None => Plan::Suggest(Withheld::Push),
        Some(pull) if pull.fork => Plan::Suggest(Withheld::Fork),
        Some(_) if not_worse == Some(false) => Plan::Suggest(Withheld::TestsWorse),
        Some(_) => Plan::Commit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(fork: bool) -> Pull {
        Pull {
            number: 1,
            title: String::new(),
            base_branch: String::new(),
            base_sha: String::new(),
            head_branch: String::new(),
            head_sha: String::new(),
            head_repository: None,
            fork,
            draft: false,
            open: true,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[track_caller]
    fn check(pull: Option<&Pull>, files: usize, not_worse: Option<bool>, expected: Plan) {
        assert_eq!(plan(pull, files, not_worse), expected);
    }

    #[test]
    fn only_good_fixes_on_our_own_branch_are_committed() {
        check(Some(&pull(false)), 0, None, Plan::Nothing);
        check(None, 0, None, Plan::Nothing);
        check(Some(&pull(false)), 1, None, Plan::Commit);
        check(Some(&pull(false)), 1, Some(true), Plan::Commit);
        check(Some(&pull(false)), 1, Some(false), Plan::Suggest(Withheld::TestsWorse));
        check(Some(&pull(true)), 1, Some(true), Plan::Suggest(Withheld::Fork));
        check(None, 1, Some(true), Plan::Suggest(Withheld::Push));
    }
}
