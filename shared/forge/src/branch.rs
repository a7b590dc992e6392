//! A branch, and what became of the wish to move it.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub sha: String,
    /// Rules guard it: commits go to it by pull request only.
    pub protected: bool,
}

/// The answers to "move this branch to my commit". None of them is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// The branch is at the commit: now, or since an earlier try.
    Done,
    /// The branch is no longer where the commit's parent is, or no longer there.
    Moved,
    /// The branch is where it should be, but its rules refuse us.
    Protected,
}
