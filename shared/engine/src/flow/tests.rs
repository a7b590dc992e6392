//! Every rule's own examples, and stories that no single rule tells.

mod rules;
mod stories;
mod work;
