//! Asks an endpoint's shared health whether an attempt may be made, and tells it what came of one.

use std::time::Duration;

use jiff::Timestamp;
use quartet_aws::Unavailable;
use quartet_aws::endpoints::Kept;
use quartet_aws::subscriptions::Change;
use quartet_domain::catalogue::{ENDPOINT_DISABLED, EndpointDisabled};
use quartet_domain::delivery::Outcome;
use quartet_domain::endpoint::{Health, Permit, Place, Wish};
use quartet_domain::ids::{MessageId, SubscriptionId};
use quartet_domain::message::Message;
use quartet_domain::subscription::{DisabledReason, State, Subscription};

use crate::App;
use crate::attempt::UNSENT;
use crate::recipient::Recipient;

/// How often a change is decided anew that others were faster than.
const TRIES: u32 = 8;
/// What is put back for when an endpoint's health is changed by too many at once.
const CROWDED: Duration = Duration::from_secs(1);

/// Whether an attempt may be made now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// The deployment's endpoint is always open, and has no places.
    Open(Option<Place>),
    /// Not for at least so long; then it asks again.
    Held(Duration),
    /// Its turn comes then.
    Turn(Duration),
}

/// Asks for an attempt.
pub(super) async fn enter(
    app: &App,
    recipient: &Recipient,
    has_turn: bool,
    life: Duration,
    now: Timestamp,
) -> Result<Entry, Unavailable> {
    let Some(one) = recipient.subscribed() else { return Ok(Entry::Open(None)) };
    let wish = Wish { rate_per_minute: one.subscription.settings.rate_per_minute, has_turn, life };
    let id = &one.subscription.id;
    let mut seen = one.health.clone();
    for _ in 0..TRIES {
        match seen.health.permit(wish, now) {
            Permit::Wait(wait) => return Ok(Entry::Held(wait)),
            Permit::Turn(wait, health) => {
                if app.endpoints.keep(id, &seen, &health, now).await? == Kept::Done {
                    return Ok(Entry::Turn(wait));
                }
            }
            Permit::Go(place, None) => return Ok(Entry::Open(Some(place))),
            Permit::Go(place, Some(health)) => {
                if app.endpoints.keep(id, &seen, &health, now).await? == Kept::Done {
                    return Ok(Entry::Open(Some(place)));
                }
            }
        }
        seen = app.endpoints.health(id).await?;
    }
    Ok(Entry::Held(CROWDED))
}

/// Gives the place of an attempt back that was not made.
pub(super) async fn leave(
    app: &App,
    recipient: &Recipient,
    place: Option<Place>,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let Some((one, place)) = recipient.subscribed().zip(place) else { return Ok(()) };
    change(app, &one.subscription.id, now, |health| health.without(place)).await
}

/// Tells what came of an attempt. An endpoint that is gone, or fails for days, is disabled, and its owner told.
pub(super) async fn learn(
    app: &App,
    recipient: &Recipient,
    outcome: &Outcome,
    took: Duration,
    place: Option<Place>,
    now: Timestamp,
) -> Result<(), Unavailable> {
    if matches!(outcome, Outcome::Unanswered(class) if UNSENT.contains(&class.as_str())) {
        return leave(app, recipient, place, now).await;
    }
    let Some((one, place)) = recipient.subscribed().zip(place) else { return Ok(()) };
    // Nothing that an endpoint that is well can tell us is news, as long as nobody else changed what we saw. A place was
    // written since.
    let id = &one.subscription.id;
    let seen = &one.health.health;
    let is_news = place.is_taken() || seen.after(outcome, took, place, now).0 != *seen;
    let mut seen = if is_news { app.endpoints.health(id).await? } else { one.health.clone() };
    for _ in 0..TRIES {
        let (next, verdict) = seen.health.after(outcome, took, place, now);
        // Before the record is wiped clean: if this fails, the next attempt comes to the same verdict.
        if let Some(reason) = verdict {
            disable(app, &one.subscription, reason, now).await?;
        }
        if next == seen.health || app.endpoints.keep(id, &seen, &next, now).await? == Kept::Done {
            return Ok(());
        }
        seen = app.endpoints.health(id).await?;
    }
    crowded(id);
    Ok(())
}

/// Tells that an attempt at an endpoint that was well has had no answer for long.
pub(super) async fn lasts(app: &App, recipient: &Recipient, now: Timestamp) -> Result<(), Unavailable> {
    let Some(one) = recipient.subscribed() else { return Ok(()) };
    change(app, &one.subscription.id, now, Health::waiting).await
}

/// Decides on the health as it is and writes what comes of it, until nobody was faster.
async fn change(
    app: &App,
    id: &SubscriptionId,
    now: Timestamp,
    decide: impl Fn(&Health) -> Health,
) -> Result<(), Unavailable> {
    for _ in 0..TRIES {
        let seen = app.endpoints.health(id).await?;
        let next = decide(&seen.health);
        if next == seen.health || app.endpoints.keep(id, &seen, &next, now).await? == Kept::Done {
            return Ok(());
        }
    }
    crowded(id);
    Ok(())
}

/// A place ends by itself, and the next attempt tells of the endpoint as well as this one.
fn crowded(id: &SubscriptionId) {
    tracing::warn!(subscription = %id, "its health is changed by too many at once");
}

/// Disables a subscription and tells its owner's others, in one transaction; the message's id is queued before it.
async fn disable(
    app: &App,
    seen: &Subscription,
    reason: DisabledReason,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let mut seen = seen.clone();
    for _ in 0..TRIES {
        let data = EndpointDisabled {
            webhook_id: seen.id.to_string(),
            reason: reason.word().to_owned(),
            disabled_at: now,
        };
        let id = MessageId::of(&format!("{}#{}", seen.id, seen.version), ENDPOINT_DISABLED);
        let message = Message::of(id, seen.owner.clone(), ENDPOINT_DISABLED, now, data);
        app.publisher.remind(&message.id, Duration::ZERO).await?;
        let state = State::Disabled { reason, at: now };
        if app.endpoints.disable(&seen, &state, &message, now).await? == Change::Done {
            tracing::warn!(subscription = %seen.id, reason = reason.word(), "disabled");
            return Ok(());
        }
        // Its owner was faster: with another change, with the same wish, or with another address, of which nothing is known.
        match app.publisher.subscriptions.read(&seen.owner, &seen.id).await? {
            Some(newer) if newer.state == State::Active && newer.settings.url == seen.settings.url => {
                seen = newer
            }
            Some(_) | None => return Ok(()),
        }
    }
    tracing::warn!(subscription = %seen.id, "it changes too often to be disabled now");
    Ok(())
}
