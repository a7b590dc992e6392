//! Other people's verifiers: the official libraries, in their own languages.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quartet_local::Tool;
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::house::Base;
use crate::stage::{RESULTS_SECRET, SECRET};
use crate::subscriber::Got;

pub(crate) struct Verifiers {
    python: PathBuf,
    node: PathBuf,
    sources: PathBuf,
    /// Where npm's packages are.
    npm: PathBuf,
    schema: PathBuf,
}

impl Verifiers {
    /// Installs npm's packages when their lock file is not the installed one; Python's came with the local AWS.
    pub(crate) async fn ensure(base: &Base) -> Self {
        let sources = base.workspace.root.join("tests/verify");
        let npm = base.workspace.private().join("verify");
        let lock = std::fs::read(sources.join("package-lock.json")).unwrap();
        if std::fs::read(npm.join("installed.json")).ok().as_ref() != Some(&lock) {
            std::fs::create_dir_all(&npm).unwrap();
            for name in ["package.json", "package-lock.json"] {
                std::fs::copy(sources.join(name), npm.join(name)).unwrap();
            }
            let install = ["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"];
            Tool::new("npm").args(install).arg(&npm).text().await.unwrap();
            std::fs::write(npm.join("installed.json"), &lock).unwrap();
        }
        std::fs::copy(sources.join("verify.mjs"), npm.join("verify.mjs")).unwrap();
        let schema = base.workspace.root.join("events/pipeline_complete.schema.json");
        Self { python: base.python.program(), node: base.node.clone(), sources, npm, schema }
    }

    /// What subscribers in Python, JavaScript and Rust would do with results, and the published schema's word.
    pub(crate) async fn results(&self, got: &Got) {
        let mut given = given(RESULTS_SECRET, &got.headers, &got.body);
        given["schema"] = json!(self.schema);
        given["kind"] = json!("results");
        self.all(&given).await;
        in_rust(RESULTS_SECRET, got);
    }

    /// As [`Self::results`], for a message of any event under any secret.
    pub(crate) async fn signed(&self, secret: &str, got: &Got) {
        let mut given = given(secret, &got.headers, &got.body);
        given["kind"] = json!("results");
        self.all(&given).await;
        in_rust(secret, got);
    }

    /// What a receiver would do that knows the published keys alone: each of them has signed.
    pub(crate) async fn signed_by_pairs(&self, keys: &Value, got: &Got) {
        self.all(&by_pairs(keys, got)).await;
    }

    /// The same receivers, of what none of these keys has signed.
    pub(crate) async fn not_signed_by_pairs(&self, keys: &Value, got: &Got) {
        let given = by_pairs(keys, got);
        for command in &mut self.commands() {
            assert!(!passes(command, &given).await.0, "accepted");
        }
    }

    async fn all(&self, given: &Value) {
        for command in &mut self.commands() {
            run(command, given).await;
        }
    }

    fn commands(&self) -> [Command; 2] {
        let mut commands = [Command::new(&self.python), Command::new(&self.node)];
        commands[0].arg(self.sources.join("verify.py"));
        commands[1].arg(self.npm.join("verify.mjs"));
        commands
    }

    /// What GitHub's own library says of what the forge sent.
    pub(crate) async fn github(&self, headers: &[(String, String)], body: &str) {
        let headers = headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        let mut given = given(SECRET, &headers, body.as_bytes());
        given["kind"] = json!("github");
        run(Command::new(&self.node).arg(self.npm.join("verify.mjs")), &given).await;
    }
}

fn given(secret: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> Value {
    json!({ "secret": secret, "headers": headers, "body": STANDARD.encode(body) })
}

fn by_pairs(keys: &Value, got: &Got) -> Value {
    let mut given = given("", &got.headers, &got.body);
    given["kind"] = json!("v1a");
    given["keys"] = keys.clone();
    given
}

fn in_rust(secret: &str, got: &Got) {
    let mut headers = HeaderMap::new();
    for (name, value) in &got.headers {
        headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    standardwebhooks::Webhook::new(secret).unwrap().verify(&got.body, &headers).unwrap();
}

async fn run(command: &mut Command, given: &Value) {
    let (passed, error) = passes(command, given).await;
    assert!(passed, "refused: {error}");
}

async fn passes(command: &mut Command, given: &Value) -> (bool, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(given.to_string().as_bytes()).await.unwrap();
    drop(input);
    let output = child.wait_with_output().await.unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}
