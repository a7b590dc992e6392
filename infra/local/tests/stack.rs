//! The local stack by itself: a small function is deployed, reached through the front door, and gone afterwards.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quartet_local::{Deployment, Stack, StackOptions, Tool, Workspace};
use serde_json::Value;

async fn start() -> (PathBuf, Stack) {
    let workspace = Workspace::find().await.unwrap();
    let echo = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/echo");
    let work_dir = workspace.run_folder().unwrap().join("aws");
    let deployment = Deployment { template: echo.join("template.yaml"), bin_dir: echo, params: Vec::new() };
    let options = StackOptions { workspace, work_dir: work_dir.clone(), deployment }.param("Greeting", "a=b c");
    (work_dir, Stack::start(options).await.unwrap())
}

/// The head and the body of an answer, by a client that changes nothing of what is asked.
async fn curl(arguments: &[&str]) -> (String, String) {
    let text = Tool::new("curl").args(["-sS", "-i", "--path-as-is"]).args(arguments).text().await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
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

#[tokio::test]
async fn a_request_goes_through_the_front_door_and_nothing_is_left() {
    let (folder, stack) = start().await;
    let url = format!("{}/echo/a%20b?x=1&x=2&y=%2F", stack.url());
    let (head, body) = curl(&["--data-binary", "raw \u{fc}\r\n", "-H", "x-thing: One", &url]).await;
    assert!(head.starts_with("http/1.1 203"), "{head}");
    assert!(head.contains("x-echo: yes"), "{head}");
    let seen: Value = serde_json::from_str(&body).unwrap();
    let event = &seen["event"];
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%2F");
    assert_eq!(event["headers"]["x-thing"], "One");
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(event["headers"]["host"], stack.url().strip_prefix("http://").unwrap());
    assert_eq!(event["pathParameters"]["name"], "a b");
    assert_eq!(seen["public_url"], stack.url());
    assert_eq!(seen["greeting"], "a=b c");
    let names: Vec<&str> = seen["environment"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(!names.iter().any(|name| name.starts_with("CARGO")), "a function sees the caller's settings: {names:?}");

    let pid = u32::try_from(seen["pid"].as_u64().unwrap()).unwrap();
    assert_eq!(stack.function_pids("Echo").unwrap(), [pid]);
    let ministack = stack.ministack_pid().unwrap();
    assert!(inhabitants(&folder).len() >= 3);
    stack.stop().await.unwrap();
    assert!(!is_alive(pid) && !is_alive(ministack));
    assert_eq!(inhabitants(&folder), [""; 0], "these outlive the stack");
}

#[tokio::test]
async fn every_method_and_path_reaches_only_the_api() {
    let (_folder, stack) = start().await;
    for (method, path) in [("DELETE", "/any/where"), ("GET", "/../../../artifacts-quartet?list-type=2"), ("PUT", "/echo/x")] {
        let (head, body) = curl(&["-X", method, &format!("{}{path}", stack.url())]).await;
        assert!(head.starts_with("http/1.1 203"), "{method} {path}: {head}");
        let seen: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(seen["event"]["routeKey"], "$default");
        assert_eq!(seen["event"]["requestContext"]["http"]["method"], method);
    }
    let (head, _) = curl(&["-H", "host: artifacts-quartet.s3.localhost", &format!("{}/x", stack.url())]).await;
    assert!(head.starts_with("http/1.1 203"), "{head}");
    stack.put_secret("SecretArn", "new").await.unwrap();
}

#[tokio::test]
async fn all_ends_when_the_watcher_is_killed() {
    let (folder, stack) = start().await;
    let _ = curl(&[&format!("{}/x", stack.url())]).await;
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
