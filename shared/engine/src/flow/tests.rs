//! Every rule's own examples, and stories that no single rule tells.

mod cases;
mod rules;
mod stories;
mod work;
