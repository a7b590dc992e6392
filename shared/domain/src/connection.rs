//! Whether a repository sends its events here, as the forge says: by the first ping of a webhook, the last word of one that
//! is removed, and an application's installation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::Owner;
use crate::catalogue::{REPOSITORY_CONNECTED, REPOSITORY_DISCONNECTED, RepositoryConnection};
use crate::change::{Change, Connected, Subject};
use crate::ids::{EventId, MessageId};
use crate::message::Message;
use crate::repository::Provider;

/// What is known of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub connected: bool,
    /// When that was said.
    pub at: Timestamp,
}

/// What an event says of one repository.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    repository: &'a Connected,
    connected: bool,
    at: Timestamp,
}

impl<'a> Said<'a> {
    /// Of each repository that the event names.
    pub fn all(change: &'a Change, received_at: Timestamp) -> Vec<Self> {
        let Subject::Connection(connection) = &change.subject else { return Vec::new() };
        let said = |connected| move |repository| Self { repository, connected, at: received_at };
        let connected = connection.connected.iter().map(said(true));
        connected.chain(connection.disconnected.iter().map(said(false))).collect()
    }

    /// Names the repository, whatever it is called by then.
    pub fn key(&self) -> String {
        format!("REPOSITORY#{}#{}", Provider::GitHub.word(), self.repository.id)
    }

    /// What is known after it, and what tells of that where it is news: a ping can be asked for at any time. Nothing where
    /// as much was known, or more.
    pub fn after(&self, before: Option<&Standing>, event: &EventId) -> Option<(Standing, Option<Message>)> {
        if before.is_some_and(|before| before.at >= self.at) {
            return None;
        }
        let is_news = before.is_none_or(|before| before.connected != self.connected);
        let now = Standing { connected: self.connected, at: self.at };
        Some((now, is_news.then(|| self.message(event))))
    }

    fn message(&self, event: &EventId) -> Message {
        let name = if self.connected { REPOSITORY_CONNECTED } else { REPOSITORY_DISCONNECTED };
        let data = RepositoryConnection {
            repository_id: self.repository.id,
            repository_name: self.repository.full_name.clone(),
            provider: Provider::GitHub.word().to_owned(),
        };
        // An event may name many repositories.
        let id = MessageId::of(&format!("{event}#{}", self.repository.id), name);
        Message::of(id, Owner::deployment(), name, self.at, data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Connection;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn what_is_news_is_told() {
        let repository = Connected { id: 7, full_name: "acme/web".to_owned() };
        let event = EventId::of("", "ping", b"1");
        let said = |connected, second| Said { repository: &repository, connected, at: at(second) };
        let check = |before: Option<(bool, i64)>, connected: bool, second: i64, expected: Option<&str>| {
            let before = before.map(|(connected, second)| Standing { connected, at: at(second) });
            let after = said(connected, second).after(before.as_ref(), &event);
            let told = after.as_ref().and_then(|(_, message)| message.as_ref());
            assert_eq!(told.map(|message| message.event_type.as_str()), expected);
            after.map(|(standing, _)| standing.at)
        };
        check(None, true, 1, Some(REPOSITORY_CONNECTED));
        check(None, false, 1, Some(REPOSITORY_DISCONNECTED));
        assert_eq!(check(Some((true, 1)), true, 2, None), Some(at(2)), "what comes late is held against it");
        check(Some((true, 1)), false, 2, Some(REPOSITORY_DISCONNECTED));
        assert_eq!(check(Some((true, 2)), false, 1, None), None);
        assert_eq!(check(Some((true, 2)), true, 2, None), None, "the same event again");
        check(Some((false, 1)), true, 2, Some(REPOSITORY_CONNECTED));
    }

    #[test]
    fn each_repository_of_an_event_is_told_of() {
        let named = |id| Connected { id, full_name: format!("acme/{id}") };
        let connection = Connection { connected: vec![named(1), named(2)], disconnected: vec![named(3)] };
        let change = Change {
            event_type: "installation_repositories".to_owned(),
            action: String::new(),
            actor: String::new(),
            repository: None,
            subject: Subject::Connection(connection),
        };
        let event = EventId::of("", "x", b"1");
        let all = Said::all(&change, at(1));
        let mut ids: Vec<_> =
            all.iter().filter_map(|one| one.after(None, &event)?.1).map(|message| message.id).collect();
        ids.dedup();
        assert_eq!(ids.len(), 3);
    }
}
