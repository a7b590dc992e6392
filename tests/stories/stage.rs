//! One deployed product, and what can be seen of it from outside: tasks, runs, deliveries, objects.

use quartet_domain::ids::{DeliveryId, RunId, TaskId};
use quartet_local::{Deployment, Stack};
use serde_json::{Value, json};

use crate::aws;
use crate::faults::Faults;
use crate::house::{Base, FORGE_TOKEN};
use crate::wait::until;

/// The webhook's secret, and the one before it, which is still good.
pub(crate) const SECRET: &str = "the-secret-of-the-stories";
pub(crate) const OLD_SECRET: &str = "the-secret-before-it";
/// What results are signed with: 32 bytes, as Standard Webhooks writes them.
pub(crate) const RESULTS_SECRET: &str = "whsec_dGhlIHJlc3VsdHMnIHNlY3JldCBvZiB0aGUgc3Rvcmk=";
/// The first key to the API.
pub(crate) const API_KEY: &str = "qk_the-first-key-of-the-stories-which-makes-the-others";

pub(crate) struct Stage {
    pub(crate) stack: Stack,
}

impl Stage {
    /// Deploys the template with these parameters and gives it its secrets.
    pub(crate) async fn start(base: &Base, name: &str, params: &[(&str, &str)]) -> Self {
        let folder = base.folder.join(name);
        let stack = Stack::launch(&base.workspace, &base.python, &folder, None).await.unwrap();
        Self::furnish(base, stack, params).await
    }

    /// The same with `faults` between the functions and AWS.
    pub(crate) async fn behind(faults: &Faults, base: &Base, name: &str, params: &[(&str, &str)]) -> Self {
        let folder = base.folder.join(name);
        let launched = Stack::launch(&base.workspace, &base.python, &folder, Some(&faults.url));
        let stack = launched.await.unwrap();
        faults.lead_to(stack.endpoint());
        Self::furnish(base, stack, params).await
    }

    async fn furnish(base: &Base, mut stack: Stack, params: &[(&str, &str)]) -> Self {
        let node = base.node.display().to_string();
        let always = [
            ("ForgeApiUrl", base.forge.url()),
            ("Node", node.as_str()),
            ("ResultsWebhookUrl", base.subscriber.url.as_str()),
        ];
        // A later value of the same parameter counts.
        let params = always.iter().chain(params).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let template = base.workspace.root.join("template.yaml");
        let deployment = Deployment { template, bin_dir: base.bin_dir.clone(), params: params.collect() };
        stack.deploy(&deployment).await.unwrap();
        for (output, value) in [
            ("WebhookSecretArn", OLD_SECRET),
            ("WebhookSecretArn", SECRET),
            ("ForgeTokenArn", FORGE_TOKEN),
            ("ResultsSecretArn", RESULTS_SECRET),
            ("ApiKeyArn", API_KEY),
        ] {
            stack.put_secret(output, value).await.unwrap();
        }
        Self { stack }
    }

    pub(crate) async fn stop(self) {
        self.stack.stop().await.unwrap();
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.stack.output(name).unwrap()
    }

    pub(crate) fn webhook_url(&self) -> String {
        format!("{}/api/v1/webhooks/github", self.stack.url())
    }

    /// One item of the table.
    pub(crate) async fn item(&self, pk: &str, sk: &str) -> Option<Value> {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        let input = json!({ "TableName": self.output("TableName"), "Key": key });
        let answer = aws::dynamodb(&self.stack, "GetItem", input).await;
        answer.get("Item").map(aws::plain)
    }

    /// Every item in which an attribute has this value.
    pub(crate) async fn items_with(&self, name: &str, value: &str) -> Vec<Value> {
        let input = json!({
            "TableName": self.output("TableName"),
            "FilterExpression": "#name = :value",
            "ExpressionAttributeNames": { "#name": name },
            "ExpressionAttributeValues": { ":value": { "S": value } },
        });
        let answer = aws::dynamodb(&self.stack, "Scan", input).await;
        answer["Items"].as_array().unwrap().iter().map(aws::plain).collect()
    }

    /// Waits until the task has this status, and answers it.
    pub(crate) async fn task(&self, id: &TaskId, status: &str) -> Value {
        let pk = format!("TASK#{id}");
        let look = async || self.item(&pk, "TASK").await.filter(|task| task["status"] == status);
        until(&format!("{id} is {status}"), look).await
    }

    /// Waits until the delivery has this status, and answers it.
    pub(crate) async fn delivery(&self, id: &DeliveryId, status: &str) -> Value {
        let pk = format!("DLV#{id}");
        let look = async || self.item(&pk, "DELIVERY").await.filter(|delivery| delivery["status"] == status);
        until(&format!("{id} is {status}"), look).await
    }

    /// The log of a delivery's attempts.
    pub(crate) async fn attempts(&self, id: &DeliveryId) -> Vec<Value> {
        let items = self.items_with("pk", &format!("DLV#{id}")).await;
        let mut log: Vec<Value> = items
            .iter()
            .filter_map(|item| item["attempt"].as_str())
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        log.sort_by_key(|attempt| attempt["number"].as_u64());
        log
    }

    /// What the functions logged about a delivery, line by line.
    pub(crate) fn logged(&self, id: &DeliveryId) -> Vec<Value> {
        let log = std::fs::read(self.stack.log()).unwrap();
        let log = String::from_utf8_lossy(&log);
        let lines = log.lines().filter_map(|line| line.get(line.find('{')?..));
        let lines = lines.filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok());
        lines.filter(|line| line["delivery"] == id.as_str()).collect()
    }

    /// The names and statuses of all executions.
    pub(crate) async fn executions(&self) -> Vec<(String, String)> {
        let input = json!({ "stateMachineArn": self.output("StateMachineArn") });
        let answer = aws::states(&self.stack, "ListExecutions", input).await;
        let word = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        answer["executions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (word(one, "name"), word(one, "status")))
            .collect()
    }

    /// The status of a run's execution, if there is one.
    pub(crate) async fn status(&self, run: &RunId) -> Option<String> {
        let mut all = self.executions().await.into_iter();
        all.find(|(name, _)| name == run.as_str()).map(|(_, status)| status)
    }

    /// Waits until the run's execution has ended, and answers how.
    pub(crate) async fn ended(&self, run: &RunId) -> String {
        let look = async || self.status(run).await.filter(|status| status != "RUNNING");
        until(&format!("the end of {run}"), look).await
    }

    /// Whether the execution has entered this state.
    pub(crate) async fn has_entered(&self, run: &RunId, state: &str) -> bool {
        if self.status(run).await.is_none() {
            return false;
        }
        let execution = self.output("StateMachineArn").replacen(":stateMachine:", ":execution:", 1);
        let input = json!({ "executionArn": format!("{execution}:{run}") });
        let answer = aws::states(&self.stack, "GetExecutionHistory", input).await;
        let events = answer["events"].as_array().unwrap();
        events.iter().any(|event| event["stateEnteredEventDetails"]["name"] == state)
    }

    /// Whether the function takes from its queue. What lies there meanwhile makes one batch afterwards.
    pub(crate) async fn listen(&self, function: &str, enabled: bool) {
        let name = self.stack.function(function).unwrap();
        let path = format!("event-source-mappings/?FunctionName={name}");
        let listed = aws::lambda(&self.stack, "GET", &path, None).await;
        let id = listed["EventSourceMappings"][0]["UUID"].as_str().unwrap().to_owned();
        let change = json!({ "Enabled": enabled });
        aws::lambda(&self.stack, "PUT", &format!("event-source-mappings/{id}"), Some(change)).await;
    }

    /// Writes an object, as anybody with the console would.
    pub(crate) async fn put_object(&self, key: &str, text: &str) {
        let url = format!("{}/{}/{key}", self.stack.aws().endpoint(), self.output("BucketName"));
        let scope = "test/20260101/us-east-1/s3/aws4_request";
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
        let put =
            reqwest::Client::new().put(url).header("authorization", authorization).body(text.to_owned());
        put.send().await.unwrap().error_for_status().unwrap();
    }

    /// An object's bytes, if there is one.
    pub(crate) async fn object(&self, key: &str) -> Option<Vec<u8>> {
        let object = self.stack.aws().object(self.output("BucketName"), key).await.unwrap();
        object.map(|bytes| bytes.to_vec())
    }
}
