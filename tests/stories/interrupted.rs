//! A fan-out that breaks off, and what changes before it is taken up again.

use quartet_domain::catalogue::QUERY_CREATED;
use quartet_domain::ids::MessageId;
use reqwest::Method;
use serde_json::json;

use crate::endpoint::Endpoint;
use crate::faults::{Fault, Faults, Rule};
use crate::house::House;
use crate::loaded::{statuses, tell_one};
use crate::stage::Stage;
use crate::subscriber::Order;
use crate::wait::until;

/// How often the AWS client asks before it gives up.
const CLIENT_TRIES: usize = 3;

/// A delivery that was made and not queued ends, although its subscription wants no more by then.
pub(crate) async fn what_was_begun_before_a_change_ends(house: &House) {
    let base = house.base().await;
    let faults = Faults::open().await;
    let stage = Stage::behind(&faults, base, "interrupted", &[]).await;
    let one = Endpoint::subscribe(&stage, Order::Always(200), json!({ "events": [QUERY_CREATED] })).await;
    let is = async |status: &str| {
        until(status, async || (statuses(&stage, &one.id).await == [status]).then_some(())).await;
    };

    faults.plan(&[Rule { action: "SendMessageBatch", every: 1, fault: Fault::Broken }]);
    tell_one(&stage, MessageId::of("1", "interrupted")).await;
    until("a fan-out that gave up", async || {
        let tries = faults.done().get(&("SendMessageBatch", Fault::Broken)).copied();
        (tries >= Some(CLIENT_TRIES)).then_some(())
    })
    .await;
    is("pending").await;
    assert_eq!(one.ask(Method::POST, "/disable", None).await.status, 200);
    faults.plan(&[]);
    is("cancelled").await;

    assert_eq!(one.ask(Method::POST, "/enable", None).await.status, 200);
    let recover = one.ask(Method::POST, "/recover?since=2026-01-01T00:00:00Z", None).await;
    assert_eq!(recover.body["recovered"], 1, "{}", recover.body);
    is("delivered").await;
    stage.stop().await;
}
