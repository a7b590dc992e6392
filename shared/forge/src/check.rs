//! A check on a commit: a verdict with a text and remarks on lines.

#[derive(Clone, Debug)]
pub struct CheckRun {
    /// Our own key: the same id updates the same check.
    pub external_id: String,
    pub name: String,
    pub head_sha: String,
    /// Absent while it runs.
    pub conclusion: Option<Conclusion>,
    /// Title, summary and text are cut to what the forge takes.
    pub title: String,
    pub summary: String,
    pub text: Option<String>,
    /// Sent in order. A repeated call sends only those that the forge does not have yet, so keep the order stable.
    pub annotations: Vec<Annotation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    Success,
    Failure,
    Neutral,
    Cancelled,
    TimedOut,
    ActionRequired,
    Skipped,
}

#[derive(Clone, Debug)]
pub struct Annotation {
    pub path: String,
    /// From 1.
    pub start_line: u64,
    pub end_line: u64,
    pub level: Level,
    pub title: String,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Notice,
    Warning,
    Failure,
}
