//! A hook: where a forge sends which events of a repository.

/// A hook as the forge lists it; secrets are never shown again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub id: u64,
    pub url: String,
    pub active: bool,
    /// The forge's own words.
    pub events: Vec<String>,
}

/// What a hook may listen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookEvent {
    Push,
    PullRequest,
    PullRequestReview,
    Check,
    CheckSuite,
    /// A run of the forge's own CI, and each job in it.
    Workflow,
    WorkflowJob,
    Issue,
    Comment,
    Release,
}
