//! A subscription that is good in all ways, for tests to differ from.

use super::{Sealed, SecretVersion, Settings, State, Subscription};
use crate::access::Owner;
use crate::ids::{Seed, SubscriptionId};
use jiff::Timestamp;

pub(crate) fn settings() -> Settings {
    super::check::tests::settings()
}

pub(crate) fn subscription() -> Subscription {
    let at = Timestamp::UNIX_EPOCH;
    Subscription {
        id: SubscriptionId::made(Seed { at, noise: 1 }),
        owner: Owner::deployment(),
        settings: settings(),
        state: State::Active,
        secrets: vec![SecretVersion {
            sealed: Sealed("0".to_owned()),
            public_key: None,
            created_at: at,
            until: None,
        }],
        version: 1,
        created_at: at,
        updated_at: at,
    }
}
