//! The sample events of `events/`, each fed to the built binary over the Lambda Runtime Interface, in the order of the
//! pipeline.
//!
//! The binaries have the environment of the deployed functions. Those are idle meanwhile: their queues are not listened
//! to, and the state machine is one that does nothing.

use std::collections::BTreeMap;
use std::fs::File;

use quartet_domain::ids::{MessageId, RunId};
use quartet_domain::signature::standard::Key;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::aws;
use crate::house::{Base, House};
use crate::lambda::Function;
use crate::stage::Stage;

/// As `events/README.md` says them.
const WEBHOOK_SECRET: &str = "quartet-sample-secret";
const RESULTS_SECRET: &str = "whsec_cXVhcnRldC1zYW1wbGUtcmVzdWx0cy1zZWNyZXQhISE=";
const API_KEY: &str = "quartet-sample-key-that-everybody-knows";
const REPOSITORY: &str = "local/quartet-sample";
const BRANCH: &str = quartet_local::sample::BRANCH;
const IDLE: &str = r#"{"StartAt":"Idle","States":{"Idle":{"Type":"Succeed"}}}"#;

struct Rehearsal<'a> {
    base: &'a Base,
    stage: Stage,
}

pub(crate) async fn every_sample_event_is_answered_by_its_function(house: &House) {
    let base = house.base().await;
    let rehearsal = Rehearsal { base, stage: Stage::start(base, "rehearsal", &[]).await };
    rehearsal.prepare().await;
    let run = rehearsal.accepted().await;
    rehearsal.worked(&run).await;
    let message = run.message();
    rehearsal.reported(&message).await;
    rehearsal.received(&message).await;
    rehearsal.managed().await;
    rehearsal.stage.stop().await;
}

fn sample(base: &Base, name: &str) -> Value {
    let path = base.workspace.root.join(format!("events/{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl Rehearsal<'_> {
    async fn prepare(&self) {
        let stack = &self.stage.stack;
        for (output, secret) in [
            ("WebhookSecretArn", WEBHOOK_SECRET),
            ("ResultsSecretArn", RESULTS_SECRET),
            ("ApiKeyArn", API_KEY),
        ] {
            stack.put_secret(output, secret).await.unwrap();
        }
        for function in ["Router", "Dispatcher"] {
            self.stage.listen(function, false).await;
        }
        let idle = json!({ "stateMachineArn": self.stage.output("StateMachineArn"), "definition": IDLE });
        aws::states(stack, "UpdateStateMachine", idle).await;
        let forge = &self.base.forge;
        forge.import(&self.base.sample, REPOSITORY, "main").await.unwrap();
        assert_eq!(forge.open_pull(REPOSITORY, "main", BRANCH, "Search").await.unwrap(), 1);
    }

    /// Receiver and router: the event is stored, the run is started under its own name.
    async fn accepted(&self) -> RunId {
        let answer = self.invoke("Receiver", "receiver", sample(self.base, "receiver")).await;
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        let run = sample(self.base, "stage-build")["run"].take();
        assert_eq!((&body["status"], &body["result"]["task_id"]), (&json!("accepted"), &run["task"]));
        let routed = self.invoke("Router", "router", sample(self.base, "router")).await;
        assert_eq!(routed, json!({ "batchItemFailures": [] }));
        let id = RunId::parse(run["id"].as_str().unwrap()).unwrap();
        let all = self.stage.executions().await;
        assert_eq!(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [id.as_str()]);
        id
    }

    /// The four agents and the commit, each after the other.
    async fn worked(&self, run: &RunId) {
        for (function, binary) in [("Build", "stage-build"), ("Analyze", "stage-analyze")] {
            let answer = self.invoke(function, binary, sample(self.base, binary)).await;
            assert_eq!(answer["run"]["id"], run.as_str(), "{function}");
        }
        let fixed = self.invoke("Fix", "stage-fix", sample(self.base, "stage-fix")).await;
        let names = |job: &Value| job.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut test = sample(self.base, "stage-test");
        assert_eq!((names(&fixed["job"]), &fixed["job"]["run"]), (names(&test["job"]), &test["job"]["run"]));
        test["job"] = fixed["job"].clone();
        assert_eq!(self.invoke("Test", "stage-test", test).await, Value::Null);
        for file in ["build.json", "analysis.json", "fix.json", "test.json"] {
            let object = self.stage.object(&format!("runs/{run}/{file}")).await;
            let record: Value = serde_json::from_slice(&object.unwrap()).unwrap();
            assert_eq!(record["results"]["success"], true, "{file}: {record:#}");
        }
        self.invoke("Commit", "commit", sample(self.base, "commit")).await;
        let head = self.base.forge.branch(REPOSITORY, BRANCH).await.unwrap();
        assert_ne!(head.as_deref(), sample(self.base, "commit")["run"]["head_sha"].as_str());
    }

    /// Report and dispatcher: the subscriber gets what is stored. A second ending changes nothing.
    async fn reported(&self, message: &MessageId) {
        assert_eq!(self.invoke("Report", "report", sample(self.base, "report")).await, Value::Null);
        let key = format!("runs/run_{}/pipeline_complete.json", message.stem());
        let stored = self.stage.object(&key).await;
        assert_eq!(self.invoke("Report", "report", sample(self.base, "report-failed")).await, Value::Null);
        assert_eq!(self.stage.object(&key).await, stored);

        let dispatched = self.invoke("Dispatcher", "dispatcher", sample(self.base, "dispatcher")).await;
        assert_eq!(dispatched, json!({ "batchItemFailures": [] }));
        let got = self.base.subscriber.got(message);
        assert_eq!(got.len(), 1);
        assert_eq!(
            (got[0].json()["results"]["pipeline_status"].as_str(), Some(&got[0].body)),
            (Some("success"), stored.as_ref())
        );
    }

    /// The built-in receiver: what was signed long ago is refused, what is signed now is taken.
    async fn received(&self, message: &MessageId) {
        let mut event = sample(self.base, "results");
        assert_eq!(self.invoke("Results", "results", event.clone()).await["statusCode"], 401);
        let now = jiff::Timestamp::now().as_second();
        let body = event["body"].as_str().unwrap().to_owned();
        let key = Key::parse(&SecretString::from(RESULTS_SECRET)).unwrap();
        event["headers"]["webhook-timestamp"] = json!(now.to_string());
        event["headers"]["webhook-signature"] = json!(key.sign(message.as_str(), now, body.as_bytes()));
        let answer = self.invoke("Results", "results", event).await;
        assert_eq!(
            (&answer["statusCode"], &answer["body"]),
            (&json!(200), &json!(r#"{"status":"received"}"#))
        );
        let kept = self.stage.object(&format!("received/{message}.json")).await;
        assert_eq!(kept, Some(body.into_bytes()));
    }

    /// The API: the subscription is registered, once.
    async fn managed(&self) {
        let first = self.invoke("Manage", "api", sample(self.base, "manage")).await;
        assert_eq!(first["statusCode"], 201, "{first}");
        let again = self.invoke("Manage", "api", sample(self.base, "manage")).await;
        assert_eq!((&again["statusCode"], &again["body"]), (&json!(201), &first["body"]));
    }

    async fn invoke(&self, function: &str, binary: &str, event: Value) -> Value {
        let environment = self.environment(function).await;
        let log = File::create(self.base.folder.join(&format!("rehearsed-{function}.log"))).unwrap();
        let mut process = Function::start(&self.base.bin_dir.join(binary), &environment, log).await;
        process.invoke(event).await.unwrap_or_else(|error| panic!("{function}: {error}"))
    }

    /// What Lambda gives the deployed function, and what the local AWS wants.
    async fn environment(&self, function: &str) -> BTreeMap<String, String> {
        let stack = &self.stage.stack;
        let path = format!("functions/{}/configuration", stack.function(function).unwrap());
        let found = aws::lambda(stack, "GET", &path, None).await["Environment"]["Variables"].take();
        let mut environment: BTreeMap<String, String> = serde_json::from_value(found).unwrap();
        let settings = stack.aws_env().into_iter().map(|(name, value)| (name.to_owned(), value));
        environment.extend(settings);
        for (name, value) in
            [("AWS_LAMBDA_FUNCTION_NAME", function), ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")]
        {
            environment.insert(name.to_owned(), value.to_owned());
        }
        environment.insert("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), "256".to_owned());
        environment
    }
}
