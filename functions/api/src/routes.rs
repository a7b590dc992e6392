//! One file for each noun of the API.

pub(crate) mod bulk;
pub(crate) mod deliveries;
pub(crate) mod docs;
pub(crate) mod event_types;
pub(crate) mod keys;
pub(crate) mod public_keys;
pub(crate) mod queries;
pub(crate) mod rotation;
pub(crate) mod subscriptions;
pub(crate) mod trial;

use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use quartet_aws::subscriptions::Change;
use quartet_aws::vault::draw;
use quartet_domain::access::ApiKey;
use quartet_domain::ids::SubscriptionId;
use quartet_domain::signature::standard::KeyPair;
use quartet_domain::subscription::{Subscription, sealed_for};
use secrecy::SecretString;

use crate::App;
use crate::refusal::Refusal;
use crate::wire::signing::{NewKey, Signing};

/// What is said of a name that is no event's.
pub(crate) const NO_EVENT: &str = "is no event: GET /api/v1/webhooks/event-types names them";
const NO_WEBHOOK: Refusal = Refusal::Absent("webhook");
/// How often a change that met another one is made again.
const ROUNDS: usize = 4;

/// The caller's subscription.
pub(crate) async fn find(app: &App, key: &ApiKey, id: &str) -> Result<Subscription, Refusal> {
    let id = SubscriptionId::parse(id).ok_or(NO_WEBHOOK)?;
    app.publisher.subscriptions.read(&key.owner, &id).await?.ok_or(NO_WEBHOOK)
}

/// Changes the caller's subscription: reads it, holds it against `If-Match`, changes it if nobody else did meanwhile.
pub(crate) async fn modify(
    app: &App,
    key: &ApiKey,
    id: &str,
    headers: &HeaderMap,
    change: impl Fn(&mut Subscription, Timestamp) -> Result<(), Refusal>,
) -> Result<Subscription, Refusal> {
    let expected = Expected::of(headers)?;
    for _ in 0..ROUNDS {
        let mut subscription = find(app, key, id).await?;
        if !expected.allows(subscription.version) {
            return Err(Refusal::Stale);
        }
        let now = Timestamp::now();
        let before = subscription.clone();
        change(&mut subscription, now)?;
        if subscription == before {
            return Ok(before);
        }
        subscription.version += 1;
        subscription.updated_at = now;
        match app.publisher.subscriptions.change(&before, &subscription).await? {
            Change::Done => return Ok(subscription),
            Change::Absent => return Err(NO_WEBHOOK),
            Change::Stale => {}
        }
    }
    Err(Refusal::Conflict("others change it at the same time: try again".to_owned()))
}

/// `If-Match` (RFC 9110, 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Any,
    Versions(Vec<u64>),
}

impl Expected {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let Some(value) = headers.get(header::IF_MATCH) else { return Ok(Self::Any) };
        let wrong = || Refusal::field("If-Match", "must be an ETag that this API gave, or *");
        let text = value.to_str().map_err(|_| wrong())?;
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = text.split(',').map(str::trim);
        // A weak tag, or one of somebody else's, matches nothing.
        let versions = tags.map(|tag| {
            let inner = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
            Some(if tag.starts_with("W/") { None } else { inner.parse().ok() })
        });
        let versions: Option<Vec<Option<u64>>> = versions.collect();
        Ok(Self::Versions(versions.ok_or_else(wrong)?.into_iter().flatten().collect()))
    }

    pub(crate) fn allows(&self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// What will sign, made of 32 random bytes unless its owner brings it.
pub(crate) fn new_key(signing: Signing, own: Option<SecretString>) -> Result<NewKey, Refusal> {
    if let Some(text) = own {
        return Ok(NewKey { text, public_key: None });
    }
    Ok(match signing {
        Signing::Hmac => NewKey { text: secret()?, public_key: None },
        Signing::Ed25519 => {
            let pair = KeyPair::of_seed(&draw()?).map_err(|_| Refusal::Unavailable)?;
            NewKey { text: pair.secret().clone(), public_key: Some(pair.public()) }
        }
    })
}

/// What signs first of all, opened for its owner.
pub(crate) async fn newest_key(app: &App, subscription: &Subscription) -> Result<NewKey, Refusal> {
    let newest = subscription.secrets.first().ok_or(Refusal::Unavailable)?;
    let secret = app.vault.open(&subscription.owner, &sealed_for(&subscription.id), &newest.sealed).await?;
    let text = String::from_utf8(secret).map_err(|_| Refusal::Unavailable)?.into();
    Ok(NewKey { text, public_key: newest.public_key.clone() })
}

/// 32 random bytes in base64, drawn again until it can stand in a URL as it is: Standard Webhooks has the plain alphabet,
/// the contract wants one that is safe there. It costs two bits of 256.
fn secret() -> Result<SecretString, Refusal> {
    use base64::Engine as _;
    loop {
        let bytes: [u8; 32] = draw()?;
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        if !encoded.contains(['+', '/']) {
            return Ok(format!("whsec_{encoded}").into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn if_match() {
        #[track_caller]
        fn check(value: &'static str, expected: Option<bool>) {
            let headers = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(value))]);
            assert_eq!(Expected::of(&headers).ok().map(|expected| expected.allows(3)), expected, "{value}");
        }
        assert!(Expected::of(&HeaderMap::new()).is_ok_and(|expected| expected.allows(3)));
        check("\"3\"", Some(true));
        check("\"2\", \"3\"", Some(true));
        check("*", Some(true));
        check("\"2\"", Some(false));
        check("W/\"3\"", Some(false));
        check("\"other\"", Some(false));
        check("3", None);
        check("", None);
    }
}
