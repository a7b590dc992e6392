//! A part of a list.

/// What was found, and where the next part starts.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The last one's place in the list, where there may be more.
    pub next: Option<String>,
}
