//! Whether a message wants something to be done, as `Please merge pull request 1` does.

use super::token::Tokens;

const COURTESY: &[&str] = &[
    "and", "ahead", "can", "could", "go", "hey", "i", "just", "kindly", "like", "need", "now", "please",
    "then", "to", "want", "will", "would", "you",
];
const VERBS: &[&str] = &[
    "add",
    "apply",
    "approve",
    "assign",
    "ban",
    "block",
    "cancel",
    "close",
    "create",
    "delete",
    "deploy",
    "disable",
    "enable",
    "install",
    "kill",
    "merge",
    "pause",
    "post",
    "publish",
    "purge",
    "redeliver",
    "register",
    "remove",
    "rename",
    "reopen",
    "rerun",
    "resend",
    "reset",
    "restart",
    "resume",
    "retry",
    "revert",
    "revoke",
    "rollback",
    "rotate",
    "send",
    "shutdown",
    "subscribe",
    "suppress",
    "trigger",
    "undo",
    "uninstall",
    "unsubscribe",
    "update",
    "upgrade",
];
/// Nouns as well, unless something follows that they are done to.
const BOTH: &[&str] =
    &["build", "change", "commit", "fix", "force", "mark", "push", "run", "set", "start", "stop", "test"];
const DONE_TO: &[&str] =
    &["a", "again", "all", "every", "everything", "it", "my", "our", "that", "the", "them", "this", "to"];

/// Whether a sentence of it asks that something is done.
pub(super) fn is_order(text: &str) -> bool {
    let sentences = text.split(". ").flat_map(|part| part.split(['!', '?', ';', '\n'])).map(Tokens::read);
    sentences.into_iter().any(orders)
}

/// As in `Please merge pull request 1`, `can you disable the webhook`.
fn orders(sentence: Tokens) -> bool {
    let start = (0..sentence.len()).find(|at| !COURTESY.contains(&sentence.at(*at))).unwrap_or(0);
    // `Can I merge …?` asks; `I want you to merge` does not.
    let asks = ["can", "could", "will", "would"].contains(&sentence.at(0)) && sentence.at(1) != "you";
    let (verb, next) = (sentence.at(start), sentence.at(start + 1));
    let shows = verb == "send" && ["me", "us"].contains(&next);
    let request = verb == "merge" && next.starts_with("request");
    !asks
        && !shows
        && !request
        && (VERBS.contains(&verb) || (BOTH.contains(&verb) && DONE_TO.contains(&next)))
}
