//! Webhooks, really sent: signed, timed, recorded.
//!
//! As GitHub does it: ten seconds, no redirect followed, no automatic retry; a redelivery sends the same bytes under the
//! same id (docs.github.com, "Webhook events and payloads").

use std::{sync::PoisonError, time::Duration};

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;
use tokio::time::Instant;

use super::state::{Delivery, Hook, Hub, Outcome};

/// How long a receiver may take.
const TIME_OUT: Duration = Duration::from_secs(10);
/// How much of a receiver's answer is kept.
const ANSWER_BYTES: usize = 64 << 10;

type Shared = std::sync::Arc<Hub>;

impl Hub {
    /// Sends an event to every hook of the repository that listens to it.
    pub(super) fn publish(self: &Shared, repo: &str, event: &str, payload: &Value) {
        let listening: Vec<u64> = {
            let state = self.state();
            let Some(repo) = state.repos.get(repo) else { return };
            let listens =
                |hook: &&Hook| hook.active && hook.events.iter().any(|word| word == event || word == "*");
            repo.hooks.values().filter(listens).map(|hook| hook.id).collect()
        };
        for hook in listening {
            // The hook may be gone by now; then nobody listens.
            let _ = self.post(repo, hook, event, payload);
        }
    }

    /// Sends an event to one hook, listening or not.
    pub(super) fn post(self: &Shared, repo: &str, hook_id: u64, event: &str, payload: &Value) -> Result<u64> {
        let mut state = self.state();
        let id = state.id();
        let repo_state = state.repos.get_mut(repo).context("no such repository")?;
        let hook = repo_state.hooks.get(&hook_id).context("no such hook")?;
        let body = match hook.content_type.as_str() {
            "json" => payload.to_string(),
            _ => form(payload),
        };
        let mut delivery = Delivery {
            id,
            hook_id,
            guid: Self::guid(),
            event: event.to_owned(),
            action: payload.get("action").and_then(Value::as_str).map(str::to_owned),
            redelivery: false,
            delivered_at: Timestamp::now(),
            url: hook.url.clone(),
            request_headers: Vec::new(),
            body,
            outcome: None,
        };
        delivery.request_headers = headers(hook, repo_state.id, &delivery);
        repo_state.deliveries.push(delivery.clone());
        drop(state);
        self.launch(repo, delivery);
        Ok(id)
    }

    /// Sends a delivery again: the same bytes and the same id, signed with the hook's present secret.
    pub(super) fn redeliver(self: &Shared, repo: &str, delivery_id: u64) -> Result<u64> {
        let mut state = self.state();
        let id = state.id();
        let repo_state = state.repos.get_mut(repo).context("no such repository")?;
        let first = repo_state.deliveries.iter().find(|delivery| delivery.id == delivery_id);
        let mut delivery = first.context("no such delivery")?.clone();
        let hook = repo_state.hooks.get(&delivery.hook_id).context("no such hook")?;
        (delivery.id, delivery.redelivery, delivery.outcome) = (id, true, None);
        (delivery.delivered_at, delivery.url) = (Timestamp::now(), hook.url.clone());
        delivery.request_headers = headers(hook, repo_state.id, &delivery);
        repo_state.deliveries.push(delivery.clone());
        drop(state);
        self.launch(repo, delivery);
        Ok(id)
    }

    fn launch(self: &Shared, repo: &str, delivery: Delivery) {
        let (hub, repo) = (self.clone(), repo.to_owned());
        let mut sending = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        while sending.try_join_next().is_some() {}
        sending.spawn(async move {
            let outcome = hub.transmit(&delivery).await;
            let mut state = hub.state();
            let Some(repo) = state.repos.get_mut(&repo) else { return };
            if let Some(hook) = repo.hooks.get_mut(&delivery.hook_id) {
                hook.last = Some((outcome.status_code, outcome.status.clone()));
            }
            if let Some(record) = repo.deliveries.iter_mut().find(|record| record.id == delivery.id) {
                record.outcome = Some(outcome);
            }
        });
    }

    async fn transmit(&self, delivery: &Delivery) -> Outcome {
        let begun = Instant::now();
        let mut request = self.http.post(&delivery.url).timeout(TIME_OUT).body(delivery.body.clone());
        for (name, value) in &delivery.request_headers {
            request = request.header(name, value);
        }
        let failed = |status: &str| Outcome {
            status_code: 0,
            status: status.to_owned(),
            duration: begun.elapsed(),
            headers: Vec::new(),
            body: String::new(),
        };
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_timeout() => return failed("timed out"),
            Err(_) => return failed("failed to connect to host"),
        };
        let code = response.status();
        let pairs = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = pairs.collect();
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES - body.len())]);
        }
        Outcome {
            status_code: code.as_u16(),
            status: if code.is_success() {
                "OK".to_owned()
            } else {
                format!("Invalid HTTP Response: {}", code.as_u16())
            },
            duration: begun.elapsed(),
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

fn headers(hook: &Hook, repo_id: u64, delivery: &Delivery) -> Vec<(String, String)> {
    let content_type = match hook.content_type.as_str() {
        "json" => "application/json",
        _ => "application/x-www-form-urlencoded",
    };
    let mut headers = vec![
        ("Accept", "*/*".to_owned()),
        ("Content-Type", content_type.to_owned()),
        ("User-Agent", "GitHub-Hookshot/quartet".to_owned()),
        ("X-GitHub-Delivery", delivery.guid.clone()),
        ("X-GitHub-Event", delivery.event.clone()),
        ("X-GitHub-Hook-ID", hook.id.to_string()),
        ("X-GitHub-Hook-Installation-Target-ID", repo_id.to_string()),
        ("X-GitHub-Hook-Installation-Target-Type", "repository".to_owned()),
    ];
    if let Some(secret) = &hook.secret {
        let (old, new) = signatures(secret.as_bytes(), delivery.body.as_bytes());
        headers.push(("X-Hub-Signature", format!("sha1={old}")));
        headers.push(("X-Hub-Signature-256", format!("sha256={new}")));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn signatures(secret: &[u8], body: &[u8]) -> (String, String) {
    let old = Hmac::<Sha1>::new_from_slice(secret).map(|mac| mac.chain_update(body).finalize().into_bytes());
    let new =
        Hmac::<Sha256>::new_from_slice(secret).map(|mac| mac.chain_update(body).finalize().into_bytes());
    // HMAC takes a key of any length; an empty signature would be refused by every receiver.
    (old.map(hex::encode).unwrap_or_default(), new.map(hex::encode).unwrap_or_default())
}

fn form(payload: &Value) -> String {
    let mut url: reqwest::Url = match "http://form/".parse() {
        Ok(url) => url,
        Err(_) => return String::new(),
    };
    url.query_pairs_mut().append_pair("payload", &payload.to_string());
    url.query().unwrap_or_default().to_owned()
}

/// What a new hook hears first.
pub(super) fn ping(hook_id: u64, hook: Value, repository: Value, sender: Value) -> Value {
    json!({
        "zen": "Keep it logically awesome.",
        "hook_id": hook_id,
        "hook": hook,
        "repository": repository,
        "sender": sender,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_documentation_says() {
        let (_, signature) = signatures(b"It's a Secret to Everybody", b"Hello, World!");
        assert_eq!(signature, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    }

    #[test]
    fn form_holds_the_payload() {
        assert_eq!(form(&json!({ "a": "b&c" })), "payload=%7B%22a%22%3A%22b%26c%22%7D");
    }
}
