//! Who a delivery is for, as it is now: address, secrets, time-out and schedule are read when an attempt is made, so that
//! a change counts from the next attempt on.

use std::collections::BTreeMap;
use std::time::Duration;

use quartet_aws::Unavailable;
use quartet_aws::endpoints::Seen;
use quartet_domain::delivery::{Delivery, Schedule, Subscriber};
use quartet_domain::subscription::{State, Subscription, sealed_for};
use secrecy::SecretString;

use crate::App;

/// Where an attempt goes and how.
#[derive(Debug)]
pub(crate) enum Recipient {
    /// The one endpoint that the deployment's settings name.
    Deployment,
    Subscribed(Box<Subscribed>),
    /// Its subscription is disabled or was removed.
    None,
}

#[derive(Debug)]
pub(crate) struct Subscribed {
    pub(crate) subscription: Subscription,
    pub(crate) health: Seen,
}

impl Recipient {
    pub(crate) async fn of(app: &App, delivery: &Delivery) -> Result<Self, Unavailable> {
        let Some(Subscriber { owner, subscription }) = &delivery.subscriber else {
            return Ok(Self::Deployment);
        };
        let (found, health) = futures::try_join!(
            app.publisher.subscriptions.read(owner, subscription),
            app.endpoints.health(subscription)
        )?;
        Ok(match found {
            Some(subscription) if subscription.state == State::Active => {
                Self::Subscribed(Box::new(Subscribed { subscription, health }))
            }
            Some(_) | None => Self::None,
        })
    }

    pub(crate) fn subscribed(&self) -> Option<&Subscribed> {
        match self {
            Self::Subscribed(one) => Some(one),
            Self::Deployment | Self::None => None,
        }
    }

    pub(crate) fn url<'a>(&'a self, delivery: &'a Delivery) -> &'a str {
        self.subscribed().map_or(&delivery.url, |one| &one.subscription.settings.url)
    }

    pub(crate) fn headers(&self) -> BTreeMap<String, String> {
        self.subscribed().map(|one| one.subscription.settings.headers.clone()).unwrap_or_default()
    }

    pub(crate) fn schedule(&self, delivery: &Delivery) -> Schedule {
        self.subscribed().map_or(&delivery.schedule, |one| &one.subscription.settings.retry).clone()
    }

    pub(crate) fn time_out(&self, delivery: &Delivery) -> Duration {
        match self.subscribed() {
            Some(one) => Duration::from_secs(u64::from(one.subscription.settings.timeout_seconds)),
            None => delivery.schedule.time_out(),
        }
    }

    /// All secrets that sign now, newest first.
    pub(crate) async fn secrets(
        &self,
        app: &App,
        now: jiff::Timestamp,
    ) -> Result<Vec<SecretString>, Unavailable> {
        let Some(Subscribed { subscription, .. }) = self.subscribed() else {
            return Ok(vec![app.secret.current().await?]);
        };
        let mut secrets = Vec::new();
        for version in subscription.live_secrets(now) {
            let of = sealed_for(&subscription.id);
            let opened = app.vault.open(&subscription.owner, &of, &version.sealed).await?;
            secrets.push(String::from_utf8_lossy(&opened).into_owned().into());
        }
        Ok(secrets)
    }
}
