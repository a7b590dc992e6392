//! Somebody who uses the API: an owner of their own, a key with the scopes of the story.

use quartet_domain::ids::digest;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::sender::Answer;
use crate::stage::{API_KEY, Stage};

pub(crate) const WEBHOOKS: &str = "/api/v1/webhooks";
pub(crate) const KEYS: &str = "/api/v1/keys";

#[derive(Clone)]
pub(crate) struct Client<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) key: String,
    http: reqwest::Client,
}

impl<'a> Client<'a> {
    /// With this very key.
    pub(crate) fn with(stage: &'a Stage, key: &str) -> Self {
        Self { stage, key: key.to_owned(), http: reqwest::Client::new() }
    }

    /// An admin of an owner that no other story has.
    pub(crate) async fn admin(stage: &'a Stage, name: &str) -> Self {
        Self::of(stage, &owner(name), &["admin"]).await
    }

    pub(crate) async fn of(stage: &'a Stage, owner: &str, scopes: &[&str]) -> Self {
        let wish = json!({ "name": "a story", "scopes": scopes, "owner": owner });
        let made = Self::with(stage, API_KEY).post(KEYS, &wish).await;
        assert_eq!(made.status, 201, "{:?}", made.body);
        Self::with(stage, made.body["key"].as_str().unwrap())
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.stage.stack.url());
        self.http.request(method, url).bearer_auth(&self.key)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        ask(self.request(Method::GET, path)).await
    }

    /// The status that this very path gets: reqwest would take its steps before it sends it.
    pub(crate) async fn status_of(&self, path: &str) -> u16 {
        let url = self.stage.stack.url();
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
            self.key
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        ask(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        ask(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        ask(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        ask(self.request(Method::PATCH, path).json(body)).await
    }

    /// Without a body.
    pub(crate) async fn tell(&self, path: &str) -> Answer {
        ask(self.request(Method::POST, path)).await
    }

    /// Registers a subscription and answers its path.
    pub(crate) async fn register(&self, body: &Value) -> (String, Value) {
        let made = self.post(WEBHOOKS, body).await;
        assert_eq!(made.status, 201, "{:?}", made.body);
        (format!("{WEBHOOKS}/{}", made.body["id"].as_str().unwrap()), made.body)
    }
}

pub(crate) async fn ask(request: RequestBuilder) -> Answer {
    Answer::read(request.send().await.unwrap()).await
}

pub(crate) fn owner(name: &str) -> String {
    format!("o-{}", digest(name))
}

/// A subscription that nothing is wrong with.
pub(crate) fn wish() -> Value {
    json!({ "url": "https://example.com/hooks", "events": ["query.created"] })
}

/// The same with one field otherwise.
pub(crate) fn wish_with(name: &str, value: Value) -> Value {
    let mut wish = wish();
    wish[name] = value;
    wish
}
