//! Looks on while the state machine works, and shows each stage as it starts and ends.
//!
//! The history of the execution is all that is read: what is shown is what AWS's own console would show.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use quartet_local::{Aws, Stack};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::forge::Forge;
use crate::screen::{Screen, Step};

/// From the pull request to the start of its run.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// Above the time-out of the whole state machine; it ends runs, this ends a machine that lost one.
const END_DEADLINE: Duration = Duration::from_secs(3600);
const LOOK_EVERY: Duration = Duration::from_millis(150);
const PAGE: u32 = 1000;

/// A run that has ended.
#[derive(Debug)]
pub(super) struct Run {
    /// The name of the execution, which is the run's id.
    pub(super) id: String,
    /// What Step Functions says of it; the results say how the pipeline ended.
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execution {
    execution_arn: String,
    name: String,
    status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    timestamp: f64,
    #[serde(rename = "type")]
    kind: String,
    state_entered_event_details: Option<State>,
    state_exited_event_details: Option<State>,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct State {
    name: String,
}

/// Waits for the one execution of this stack and for its end.
pub(super) async fn watch(stack: &Stack, forge: &Forge, screen: &Screen) -> Result<Run> {
    let (aws, machine) = (stack.aws(), stack.output("StateMachineArn")?);
    let step = screen.step("webhook");
    let started = execution(aws, machine, stack, forge).await?;
    step.done(&started.name);

    let limit = Instant::now() + END_DEADLINE;
    let mut board = Board { screen, open: HashMap::new(), seen: 0 };
    loop {
        let now = list(aws, machine).await?.into_iter().find(|run| run.name == started.name);
        let now = now.context("the run is gone")?;
        // After the status, so that the last events of an ended run are among them.
        board.show(history(aws, &started.execution_arn).await?);
        if now.status != "RUNNING" {
            return Ok(Run { id: now.name, status: now.status });
        }
        if Instant::now() > limit {
            bail!("the run {} does not end; the log is {}", now.name, stack.log().display());
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn execution(aws: &Aws, machine: &str, stack: &Stack, forge: &Forge) -> Result<Execution> {
    let limit = Instant::now() + START_DEADLINE;
    loop {
        if let Some(run) = list(aws, machine).await?.into_iter().next() {
            return Ok(run);
        }
        if let Some(refusal) = forge.refused_webhook() {
            bail!("the webhook was refused: {refusal}; the log is {}", stack.log().display());
        }
        if Instant::now() > limit {
            bail!(
                "the webhook started no run within {START_DEADLINE:?}; the log is {}",
                stack.log().display()
            );
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn list(aws: &Aws, machine: &str) -> Result<Vec<Execution>> {
    let input = json!({ "stateMachineArn": machine });
    let mut answer = aws.call("states", "AWSStepFunctions.ListExecutions", &input).await?;
    serde_json::from_value(answer["executions"].take()).context("the list of runs is not understood")
}

async fn history(aws: &Aws, execution: &str) -> Result<Vec<Event>> {
    let input = json!({ "executionArn": execution, "maxResults": PAGE, "includeExecutionData": true });
    let mut answer = aws.call("states", "AWSStepFunctions.GetExecutionHistory", &input).await?;
    serde_json::from_value(answer["events"].take()).context("the run's history is not understood")
}

/// The states that are under way.
struct Board<'a> {
    screen: &'a Screen,
    open: HashMap<String, Entered<'a>>,
    /// Events shown.
    seen: usize,
}

struct Entered<'a> {
    step: Step<'a>,
    at: f64,
    failure: Option<String>,
}

impl Board<'_> {
    fn show(&mut self, events: Vec<Event>) {
        let all = events.len();
        for event in events.into_iter().skip(self.seen) {
            self.take(event);
        }
        self.seen = all;
    }

    fn take(&mut self, event: Event) {
        if let Some(state) = event.state_entered_event_details.filter(|_| event.kind == "TaskStateEntered") {
            let step = self.screen.step(&state.name);
            self.open.insert(state.name, Entered { step, at: event.timestamp, failure: None });
        } else if let Some(state) = event.state_exited_event_details {
            if let Some(entered) = self.open.remove(&state.name) {
                entered.end(event.timestamp);
            }
        } else if event.kind.ends_with("Failed")
            || event.kind.ends_with("TimedOut")
            || event.kind.ends_with("Aborted")
        {
            let words = failure(&event.rest).unwrap_or(event.kind);
            for entered in self.open.values_mut() {
                entered.failure = Some(words.clone());
            }
        }
    }
}

impl Entered<'_> {
    fn end(self, at: f64) {
        let taken = Duration::try_from_secs_f64(at - self.at).unwrap_or_default();
        match self.failure {
            // Tried again and done, or caught and passed on: the results say which.
            Some(failure) => self.step.failed(&failure),
            None => self.step.done_in(taken, ""),
        }
    }
}

/// The error's name and the first line of its cause, from whichever details the event has.
fn failure(details: &HashMap<String, Value>) -> Option<String> {
    let details =
        details.values().find(|value| value.get("error").is_some() || value.get("cause").is_some())?;
    let word = |name: &str| details.get(name).and_then(Value::as_str).unwrap_or_default();
    let cause = word("cause").lines().next().unwrap_or_default();
    Some(format!("{} {cause}", word("error")).trim().to_owned())
}
