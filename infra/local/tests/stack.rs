//! The local stack by itself: a small function is deployed, reached through the front door, and gone afterwards.
#![expect(clippy::unwrap_used, reason = "these are tests and their helpers")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_local::{Deployment, Stack, StackOptions, Tool, Workspace};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn start() -> (PathBuf, Stack) {
    let workspace = Workspace::find().await.unwrap();
    let echo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/echo");
    let work_dir = workspace.run_folder().unwrap().join("aws");
    let deployment = Deployment { template: echo.join("template.yaml"), bin_dir: echo, params: Vec::new() };
    let options =
        StackOptions { workspace, work_dir: work_dir.clone(), deployment }.param("Greeting", "a=b c");
    (work_dir, Stack::start(options).await.unwrap())
}

/// Sends exactly these words and answers the head, in lower case, and the body.
async fn ask(stack: &Stack, line: &str, headers: &[&str], body: &str) -> (String, String) {
    let address = stack.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    let request =
        format!("{line} HTTP/1.1\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(')').unwrap().1.starts_with(" Z"))
}

/// Processes that work inside a folder or were started from it.
fn inhabitants(folder: &Path) -> Vec<String> {
    let name = folder.to_string_lossy().into_owned();
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&name)))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// What the inhabitants of a folder listen at that is not on loopback, as `/proc/net/tcp` writes it (`proc_pid_net(5)`).
fn doors_to_the_network(folder: &Path) -> Vec<String> {
    let sockets: Vec<String> = inhabitants(folder)
        .iter()
        .flat_map(|pid| std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten())
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| std::fs::read_to_string(table).unwrap());
    let mut listening = Vec::new();
    for line in tables.iter().flat_map(|table| table.lines().skip(1)) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_ours = sockets.contains(&format!("socket:[{}]", fields[9]));
        if is_ours && fields[3] == "0A" {
            listening.push(fields[1].to_owned());
        }
    }
    assert!(!listening.is_empty(), "the local AWS listens somewhere");
    listening.retain(|address| !address.starts_with("0100007F:"));
    listening
}

#[tokio::test]
async fn a_request_goes_through_the_front_door_and_nothing_is_left() {
    let (folder, stack) = start().await;
    let line = "POST /echo/a%20b?x=1&x=2&y=%2F";
    let (head, body) =
        ask(&stack, line, &["host: x", "X-Thing: One", "x-forwarded-for: 192.0.2.7"], "raw \u{fc}\r\n").await;
    assert!(head.starts_with("http/1.1 203"), "{head}");
    assert!(head.contains("x-echo: yes"), "{head}");
    let seen: Value = serde_json::from_str(&body).unwrap();
    let event = &seen["event"];
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%2F");
    assert_eq!(event["headers"]["x-thing"], "One");
    assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.7, 127.0.0.1");
    // Without a text content type, API Gateway sends base64.
    assert_eq!((&event["isBase64Encoded"], &event["body"]), (&true.into(), &"cmF3IMO8DQo=".into()));
    assert_eq!(event["headers"]["host"], stack.url().strip_prefix("http://").unwrap());
    assert_eq!(event["pathParameters"]["name"], "a b");
    assert_eq!(seen["public_url"], stack.url());
    assert_eq!(seen["greeting"], "a=b c");
    let names: Vec<&str> = seen["environment"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(
        !names.iter().any(|name| name.starts_with("CARGO")),
        "a function sees the caller's settings: {names:?}"
    );

    assert_eq!(doors_to_the_network(&folder), [""; 0]);
    let pid = u32::try_from(seen["pid"].as_u64().unwrap()).unwrap();
    assert_eq!(stack.function_pids("Echo").unwrap(), [pid]);
    let ministack = stack.ministack_pid().unwrap();
    assert!(inhabitants(&folder).len() >= 3);
    assert!(folder.join("tmp").read_dir().unwrap().next().is_some());
    stack.stop().await.unwrap();
    assert!(!is_alive(pid) && !is_alive(ministack));
    assert_eq!(inhabitants(&folder), [""; 0], "these outlive the stack");
    assert!(!folder.join("tmp").exists() && folder.join("aws.log").exists());
}

#[tokio::test]
async fn every_method_and_path_reaches_only_the_api() {
    let (_folder, stack) = start().await;
    for (method, path) in
        [("DELETE", "/any/where"), ("GET", "/../../../artifacts-quartet?list-type=2"), ("PUT", "/echo/x")]
    {
        let (head, body) = ask(&stack, &format!("{method} {path}"), &["host: x"], "").await;
        assert!(head.starts_with("http/1.1 203"), "{method} {path}: {head}");
        let seen: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(seen["event"]["routeKey"], "$default");
        assert_eq!(seen["event"]["requestContext"]["http"]["method"], method);
    }
    let (head, _) = ask(&stack, "GET /x", &["host: artifacts-quartet.s3.localhost"], "").await;
    assert!(head.starts_with("http/1.1 203"), "{head}");
    stack.put_secret("SecretArn", "new").await.unwrap();
}

#[tokio::test]
async fn all_ends_when_the_watcher_is_killed() {
    let (folder, stack) = start().await;
    let _ = ask(&stack, "GET /x", &["host: x"], "").await;
    let ministack = stack.ministack_pid().unwrap();
    let functions = stack.function_pids("Echo").unwrap();
    let watcher = std::fs::read_to_string(format!("/proc/{ministack}/stat")).unwrap();
    let watcher = watcher.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().to_owned();
    Tool::new("kill").args(["-9", &watcher]).text().await.unwrap();
    let limit = Instant::now() + Duration::from_secs(5);
    while is_alive(ministack) || functions.iter().any(|pid| is_alive(*pid)) {
        assert!(Instant::now() < limit, "still alive: {:?}", inhabitants(&folder));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for left in inhabitants(&folder) {
        Tool::new("kill").args(["-9", &left]).text().await.unwrap();
    }
}
