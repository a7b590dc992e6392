//! Questions in the address: how much of a list, and of which part.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use quartet_domain::subscription::FieldFlaw;

use crate::refusal::Refusal;

/// What a time must be; the last second is that of the calendar's last day, wherever on Earth it ends first.
pub(crate) const TIME: &str = "must be a time as 2026-01-15T10:00:00Z, 9999-12-30T22:00:00Z at the latest";
pub(crate) const DEFAULT_LIMIT: usize = 50;
pub(crate) const MOST: usize = 1000;
/// An offset reads what it skips.
pub(crate) const LARGEST_OFFSET: usize = 1000;

/// Which part of a list is wanted. It is read by [`Asked`]; this is how it is described.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its description is of interest")]
pub(crate) struct Part {
    /// At most so many; 50 by default
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The next_cursor of the page before
    cursor: Option<String>,
    /// Leaves out so many; cursor goes further
    #[param(minimum = 0, maximum = 1000)]
    offset: Option<u32>,
}

/// The questions of a request; each is taken by its name, and one that is asked twice is refused.
/// Which names there are is [`crate::query`]'s to say.
#[derive(Debug)]
pub(crate) struct Asked {
    values: Vec<(String, String)>,
    flaws: Vec<FieldFlaw>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let wrong = |_| Refusal::Malformed("the query in the address cannot be read".to_owned());
        Query::try_from_uri(&parts.uri).map(|Query(values)| Self::of(values)).map_err(wrong)
    }
}

impl Asked {
    fn of(values: Vec<(String, String)>) -> Self {
        Self { values, flaws: Vec::new() }
    }

    /// The value as `read` takes it; what it refuses is a flaw with this message.
    pub(crate) fn take<T>(
        &mut self,
        name: &str,
        message: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let place = self.values.iter().position(|(one, _)| one == name)?;
        let (_, value) = self.values.remove(place);
        let before = self.values.len();
        self.values.retain(|(one, _)| one != name);
        if self.values.len() < before {
            self.flaws.push(FieldFlaw::new(name, "is given more than once"));
            return None;
        }
        let taken = read(&value);
        if taken.is_none() {
            self.flaws.push(FieldFlaw::new(name, message));
        }
        taken
    }

    pub(crate) fn limit(&mut self) -> usize {
        let read = |text: &str| text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        self.take("limit", "must be 1 to 1000", read).unwrap_or(DEFAULT_LIMIT)
    }

    pub(crate) fn offset(&mut self) -> usize {
        let read = |text: &str| text.parse().ok().filter(|offset| *offset <= LARGEST_OFFSET);
        self.take("offset", "must be 0 to 1000: use cursor beyond it", read).unwrap_or(0)
    }

    pub(crate) fn time(&mut self, name: &str) -> Option<Timestamp> {
        // A plus that was not escaped reads as a space.
        self.take(name, TIME, |text| text.replace(' ', "+").parse().ok())
    }

    /// From when, and until before when: no time at all lies in a span whose end comes first.
    pub(crate) fn span(&mut self) -> (Option<Timestamp>, Option<Timestamp>) {
        let (since, until) = (self.time("since"), self.time("until"));
        if since.zip(until).is_some_and(|(since, until)| until < since) {
            self.flaws.push(FieldFlaw::new("until", "must not be before since"));
        }
        (since, until)
    }

    pub(crate) fn cursor<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        self.take("cursor", "must be a next_cursor of this list", |text| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            read(std::str::from_utf8(&bytes).ok()?)
        })
    }

    /// Refuses what is wrong.
    pub(crate) fn done(self) -> Result<(), Refusal> {
        if self.flaws.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.flaws)) }
    }
}

/// A place in a list, for the next request.
pub(crate) fn cursor(place: &str) -> String {
    URL_SAFE_NO_PAD.encode(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        let uri: axum::http::Uri = format!("/x?{query}").parse().expect("a URI");
        let Query(values) = Query::try_from_uri(&uri).expect("a query");
        Asked::of(values)
    }

    #[track_caller]
    fn check(query: &str, flaws: usize) {
        let mut asked = asked(query);
        let (limit, offset) = (asked.limit(), asked.offset());
        asked.time("since");
        asked.cursor(|text| (text == "place").then_some(()));
        assert!((1..=MOST).contains(&limit) && offset <= LARGEST_OFFSET);
        let found = asked.done().err().map_or(0, |refusal| refusal.fields().len());
        assert_eq!(found, flaws, "{query}");
    }

    #[test]
    fn what_may_be_asked() {
        check("", 0);
        check("limit=1000&offset=1000&since=2026-01-15T10:00:00Z", 0);
        check("since=2026-01-15T10:00:00+01:00", 0);
        check(&format!("cursor={}", cursor("place")), 0);
        check("limit=0", 1);
        check("limit=1001&offset=1001", 2);
        check("limit=-1&offset=x&since=yesterday&cursor=%21", 4);
        check("limit=1&limit=2", 1);
        check("limit=1&limit=1&limit=1", 1);
        check("limit=1&%6cimit=2&offset=1", 1);
        check("since=2026-01-15T10:00:00Z&offset=0&since=x", 1);
        check(&format!("cursor={}", cursor("elsewhere")), 1);
    }
}
