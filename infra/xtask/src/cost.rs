//! `cargo xtask cost`: what an accepted event, a run and a delivery cost, from `infra/prices.toml` and counted calls.
//!
//! The counts are the product's own (each names where it comes from); sizes and durations are assumptions, printed with
//! the result. Free tiers are left out, and so are stored bytes.

use anyhow::Result;
use serde::Deserialize;

use crate::screen::Screen;

const PRICES: &str = include_str!("../../prices.toml");

#[derive(Deserialize)]
struct Prices {
    lambda: Lambda,
    http_api: PerMillion,
    dynamodb: Dynamo,
    sqs: PerMillion,
    step_functions: Transitions,
    s3: Objects,
    kms: Key,
    secrets_manager: Secret,
    logs: Logs,
    cloudwatch: Alarms,
}

#[derive(Deserialize)]
struct Lambda {
    requests_per_million: f64,
    gb_second_x86_64: f64,
}

#[derive(Deserialize)]
struct PerMillion {
    requests_per_million: f64,
}

#[derive(Deserialize)]
struct Dynamo {
    write_units_per_million: f64,
    read_units_per_million: f64,
}

#[derive(Deserialize)]
struct Transitions {
    transitions_per_million: f64,
}

#[derive(Deserialize)]
struct Objects {
    writes_per_million: f64,
    reads_per_million: f64,
}

#[derive(Deserialize)]
struct Key {
    key_month: f64,
}

#[derive(Deserialize)]
struct Secret {
    secret_month: f64,
}

#[derive(Deserialize)]
struct Logs {
    ingested_gb: f64,
}

#[derive(Deserialize)]
struct Alarms {
    alarm_metric_month: f64,
}

/// One line of a bill: what, how many for each thing, dollars for a million of them (for a month: for one).
struct Line(&'static str, f64, f64);

pub(crate) fn cost(screen: &Screen) -> Result<()> {
    let prices: Prices = toml::from_str(PRICES)?;
    for (title, lines) in [
        ("per million: an accepted event", event(&prices)),
        ("per million: a run of the pipeline", run(&prices)),
        ("per million: its stages, told while it goes on to whoever wants to hear of them", stages(&prices)),
        ("per million: a delivery to the endpoint of the settings", delivery(&prices)),
        ("per million: a delivery to a subscription", subscribed(&prices)),
        ("per million: a question", question(&prices)),
        ("a month: while nothing happens, beside stored bytes", idle(&prices)),
    ] {
        screen.say(&bill(title, &lines));
    }
    Ok(())
}

fn bill(title: &str, lines: &[Line]) -> String {
    let dollars = |Line(_, count, price): &Line| count * price;
    let mut text = format!("$ {title}\n");
    for line in lines {
        text.push_str(&format!("  {:<58} {:>7} {:>9.2}\n", line.0, line.1, dollars(line)));
    }
    let total: f64 = lines.iter().map(dollars).sum();
    text.push_str(&format!("  {:<58} {:>7} {total:>9.2}\n", "together", ""));
    text
}

/// A 25 KB pull request that starts a run. It deflates to 2 KB, so its item is 3 KB with names and all.
fn event(p: &Prices) -> Vec<Line> {
    let (write, read) = (p.dynamodb.write_units_per_million, p.dynamodb.read_units_per_million);
    vec![
        Line("HTTP API request", 1.0, p.http_api.requests_per_million),
        Line("receiver: invocation", 1.0, p.lambda.requests_per_million),
        Line("receiver: GB-seconds, 256 MB for 15 ms", 0.003_75, p.lambda.gb_second_x86_64 * 1e6),
        Line("receiver: write units, PutItem of 3 KB", 3.0, write),
        Line("queue: send, receive, delete in batches of one", 3.0, p.sqs.requests_per_million),
        Line("router: invocation", 1.0, p.lambda.requests_per_million),
        Line("router: GB-seconds, 256 MB for 60 ms", 0.015, p.lambda.gb_second_x86_64 * 1e6),
        Line("router: read units, the event and its commit", 2.0, read),
        Line("router: write units, claim, task, place, lead, end (3 KB)", 7.0, write),
        Line("log, KB", 0.6, p.logs.ingested_gb),
    ]
}

/// Six transitions, whatever the code: see `infra/pipeline.asl.json`.
fn run(p: &Prices) -> Vec<Line> {
    vec![
        Line("state transitions", 6.0, p.step_functions.transitions_per_million),
        Line("invocations", 6.0, p.lambda.requests_per_million),
        Line("build: GB-seconds, 1769 MB for 3 s", 5.18, p.lambda.gb_second_x86_64 * 1e6),
        Line("analyze and fix: GB-seconds, 1769 MB for 2 s", 3.46, p.lambda.gb_second_x86_64 * 1e6),
        Line("test: GB-seconds, 2048 MB for 10 s", 20.0, p.lambda.gb_second_x86_64 * 1e6),
        Line("commit and report: GB-seconds, 256 MB for 4 s", 1.0, p.lambda.gb_second_x86_64 * 1e6),
        Line("objects written", 10.0, p.s3.writes_per_million),
        Line("objects read", 19.0, p.s3.reads_per_million),
        Line("write units: round, commit, delivery, task, place", 5.0, p.dynamodb.write_units_per_million),
        Line("read units: who wants to hear of it, twice", 2.0, p.dynamodb.read_units_per_million),
        Line("queue: send the delivery", 1.0, p.sqs.requests_per_million),
        Line("log, KB", 2.0, p.logs.ingested_gb),
    ]
}

/// The ends of five stages, on top of a run; nothing of it where nobody wants to hear of them. Each delivery is another line.
fn stages(p: &Prices) -> Vec<Line> {
    vec![
        Line("objects written: what is told", 5.0, p.s3.writes_per_million),
        Line("queue: send, receive, delete in batches of one", 15.0, p.sqs.requests_per_million),
        Line("dispatcher: invocation", 5.0, p.lambda.requests_per_million),
        Line("dispatcher: GB-seconds, 256 MB for 30 ms", 0.0375, p.lambda.gb_second_x86_64 * 1e6),
        Line("objects read", 5.0, p.s3.reads_per_million),
        Line("read units: who is subscribed", 5.0, p.dynamodb.read_units_per_million),
        Line("log, KB", 1.0, p.logs.ingested_gb),
    ]
}

/// One attempt that succeeds.
fn delivery(p: &Prices) -> Vec<Line> {
    vec![
        Line("queue: receive, delete in batches of one", 2.0, p.sqs.requests_per_million),
        Line("invocation", 1.0, p.lambda.requests_per_million),
        Line("GB-seconds, 256 MB for 300 ms", 0.075, p.lambda.gb_second_x86_64 * 1e6),
        Line("read units", 1.0, p.dynamodb.read_units_per_million),
        Line("object read", 1.0, p.s3.reads_per_million),
        Line("write units: lease, and two in a transaction", 5.0, p.dynamodb.write_units_per_million),
        Line("log, KB", 0.3, p.logs.ingested_gb),
    ]
}

/// One attempt that succeeds at an endpoint that is well. Six calls: three reads, an object, the lease, the log.
fn subscribed(p: &Prices) -> Vec<Line> {
    let (write, read) = (p.dynamodb.write_units_per_million, p.dynamodb.read_units_per_million);
    vec![
        Line("fan-out: write units, the delivery and its place in the list", 2.0, write),
        Line("queue: send ten at once, receive, delete in batches of one", 2.1, p.sqs.requests_per_million),
        Line("invocation", 1.0, p.lambda.requests_per_million),
        Line("GB-seconds, 256 MB for 300 ms", 0.075, p.lambda.gb_second_x86_64 * 1e6),
        Line("read units: delivery, subscription, health", 3.0, read),
        Line("object read", 1.0, p.s3.reads_per_million),
        Line("write units: lease, and three in a transaction; list", 9.0, write),
        Line("log, KB", 0.3, p.logs.ingested_gb),
    ]
}

/// One about a run, in a deployment that has had 500 tasks of 400 bytes. Five calls: the key, the tasks, the results, the
/// reminder, and a transaction (which counts twice) over the query (2 KB), its session and its message (2 KB).
fn question(p: &Prices) -> Vec<Line> {
    vec![
        Line("HTTP API request", 1.0, p.http_api.requests_per_million),
        Line("invocation", 1.0, p.lambda.requests_per_million),
        Line("GB-seconds, 256 MB for 60 ms", 0.015, p.lambda.gb_second_x86_64 * 1e6),
        Line("read units: the newest tasks", 25.0, p.dynamodb.read_units_per_million),
        Line("object read", 1.0, p.s3.reads_per_million),
        Line("write units: key, and three in a transaction", 11.0, p.dynamodb.write_units_per_million),
        Line("queue: send, receive, delete in batches of one", 3.0, p.sqs.requests_per_million),
        Line("log, KB", 0.3, p.logs.ingested_gb),
    ]
}

/// What `template.yaml` keeps. Lambda asks each queue that feeds a function for messages with five pollers that wait for
/// 20 s: 648,000 times a month.
fn idle(p: &Prices) -> Vec<Line> {
    vec![
        Line("key", 1.0, p.kms.key_month),
        Line("secrets", 4.0, p.secrets_manager.secret_month),
        Line("metrics that alarms watch", 13.0, p.cloudwatch.alarm_metric_month),
        Line("queues: polls of the two that feed functions, million", 1.296, p.sqs.requests_per_million),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_prices_has_what_the_bills_need() {
        let prices: Prices = toml::from_str(PRICES).expect("the table is read");
        assert!(bill("per million: an accepted event", &event(&prices)).contains("together"));
    }
    #[test]
    fn what_is_kept_is_what_the_template_keeps() {
        let template = include_str!("../../../template.yaml");
        let count = |word: &str| template.matches(word).count();
        let alarms = count("Type: AWS::CloudWatch::Alarm") + count("MetricStat:") - count("      Metrics:\n");
        let prices: Prices = toml::from_str(PRICES).expect("the table is read");
        let kept = [
            count("Type: AWS::KMS::Key") as f64,
            count("Type: AWS::SecretsManager::Secret") as f64,
            alarms as f64,
            count("Type: SQS") as f64 * 0.648,
        ];
        for (line, kept) in idle(&prices).iter().zip(kept) {
            assert!(
                (line.1 - kept).abs() < 1e-9,
                "{}: {} on the bill, {kept} in the template",
                line.0,
                line.1
            );
        }
    }
}
