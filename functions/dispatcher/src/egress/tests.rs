//! No connection is ever made to what lies inside: the sockets here would see one.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;

/// Sockets on loopback that count who connects, and send each away with a redirect to `location`.
struct Canary {
    port: u16,
    seen: Arc<AtomicUsize>,
    #[expect(dead_code, reason = "the task ends with the set that holds it")]
    listening: JoinSet<()>,
}

impl Canary {
    async fn set(location: Option<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let six = TcpListener::bind(("::1", port)).await.ok();
        let seen = Arc::new(AtomicUsize::new(0));
        let mut listening = JoinSet::new();
        for listener in [Some(listener), six].into_iter().flatten() {
            let seen = seen.clone();
            listening.spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    seen.fetch_add(1, Ordering::SeqCst);
                    let to = location.unwrap_or(port);
                    let answer = format!(
                        "HTTP/1.1 307 x\r\nlocation: http://127.0.0.1:{to}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    );
                    let mut request = [0; 1024];
                    let _some = stream.read(&mut request).await;
                    let _gone = stream.write_all(answer.as_bytes()).await;
                }
            });
        }
        Self { port, seen, listening }
    }

    fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }
}

/// How a POST ended: a status, or why there was none.
async fn post(egress: &Egress, url: &str) -> String {
    let request = match egress.post(url) {
        Ok(request) => request.timeout(Duration::from_secs(2)),
        Err(refused) => return format!("{refused:?}"),
    };
    match request.send().await {
        Ok(answer) => answer.status().as_u16().to_string(),
        Err(error) => class(&error).to_owned(),
    }
}

/// Ways to write an address that lies inside; `*` is where the port goes.
const SPELLINGS: [&str; 42] = [
    "http://127.0.0.1*/",
    "https://127.0.0.1*/",
    "HTTP://127.0.0.1*/",
    "http://127.1*/",
    "http://127.0.1*/",
    "http://127.255.255.254*/",
    "http://2130706433*/",
    "http://0x7f000001*/",
    "http://0x7f.1*/",
    "http://0x7f.0x0.0x0.0x1*/",
    "http://0177.0.0.1*/",
    "http://017700000001*/",
    "http://127.0.0.1.*/",
    "http://%31%32%37.0.0.1*/",
    "http://１２７.０.０.１*/",
    "http://①②⑦.⓪.⓪.①*/",
    "http://127。0。0。1*/",
    "http://0*/",
    "http://0.0.0.0*/",
    "http://[::]*/",
    "http://[::1]*/",
    "http://[0:0:0:0:0:0:0:1]*/",
    "http://[0000::0001]*/",
    "http://[::ffff:127.0.0.1]*/",
    "http://[::ffff:7f00:1]*/",
    "http://[::127.0.0.1]*/",
    "http://[64:ff9b::7f00:1]*/",
    "http://[64:ff9b:1::7f00:1]*/",
    "http://[2002:7f00:1::]*/",
    "http://localhost*/",
    "http://LOCALHOST*/",
    "http://localhost.*/",
    "http://ⓛocalhost*/",
    "http://a.localhost*/",
    "http://user@127.0.0.1*/",
    "http://example.com@127.0.0.1*/",
    "http://127.0.0.1*\\@example.com/",
    "http:/127.0.0.1*/",
    "http:127.0.0.1*/",
    "//127.0.0.1*/",
    "http://127.0.0.1*/#@example.com/",
    "http://rebinding.example*/",
];

/// What no allow-list opens: metadata in its spellings, and the runtime API.
const NEVER: [&str; 20] = [
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://169.254.170.2/v2/credentials",
    "http://[fd00:ec2::254]/",
    "http://[fe80::a9fe:a9fe]/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://metadata.google.internal/",
    "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
    "http://localhost:9001/2018-06-01/runtime/invocation/next",
    "http://2130706433:9001/",
    "http://[::1]:9001/",
    "http://[::ffff:127.0.0.1]:9001/",
    "http://rebinding.example:9001/",
];

/// Means the inside, or nothing that may be connected to, by turns.
fn flipping(_: String) -> Found {
    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    let look = LOOKS.fetch_add(1, Ordering::SeqCst);
    let inside = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "192.0.2.1"];
    Box::pin(async move { Ok(inside[look % inside.len()].parse().into_iter().collect()) })
}

#[tokio::test]
async fn nothing_inside_is_connected_to_in_any_spelling() {
    let canary = Canary::set(None).await;
    let closed = Egress::looking_up(Allow::default(), flipping);
    for spelling in SPELLINGS {
        for port in [format!(":{}", canary.port), ":80".to_owned(), ":9001".to_owned()] {
            let said = post(&closed, &spelling.replace('*', &port)).await;
            let refused = ["Inside", "inside_address", "Credentials", "Form", "Fragment", "Port"]
                .contains(&said.as_str());
            assert!(refused, "{spelling} {port}: {said}");
        }
    }
    let open = Egress::looking_up("0.0.0.0/0,::/0".parse().expect("networks"), flipping);
    for url in NEVER {
        for egress in [&closed, &open] {
            let said = post(egress, url).await;
            assert!(["Inside", "inside_address", "Port"].contains(&said.as_str()), "{url}: {said}");
        }
    }
    assert_eq!(canary.seen(), 0);
}

#[tokio::test]
async fn a_name_that_flips_gains_nothing() {
    let canary = Canary::set(None).await;
    let egress = Egress::looking_up(Allow::default(), flipping);
    let url = format!("http://rebinding.example:{}/", canary.port);
    for _ in 0..200 {
        assert_eq!(post(&egress, &url).await, "inside_address");
    }
    assert_eq!(canary.seen(), 0);
}

/// The same sockets are reached where the deployment says so: the tests above can fail. And no redirect is followed.
#[tokio::test]
async fn an_allowed_network_is_reached_and_no_redirect_is_followed() {
    let beyond = Canary::set(None).await;
    let canary = Canary::set(Some(beyond.port)).await;
    let open = Egress::looking_up("127.0.0.0/8".parse().expect("a network"), |_| {
        Box::pin(async { Ok("127.0.0.1".parse().into_iter().collect()) })
    });
    for host in ["127.0.0.1", "2130706433", "rebinding.example"] {
        assert_eq!(post(&open, &format!("http://{host}:{}/", canary.port)).await, "307");
    }
    assert_eq!((canary.seen(), beyond.seen()), (3, 0));
}

#[tokio::test]
async fn why_there_was_no_answer_is_said() {
    let allow: Allow = "127.0.0.0/8".parse().expect("a network");
    let known = |name: String| -> Found {
        Box::pin(async move {
            let here = (name == "here.example").then_some([127, 0, 0, 1].into());
            here.map(|ip| vec![ip]).ok_or_else(|| io::Error::other("no such name"))
        })
    };
    let egress = Egress::looking_up(allow, known);
    let canary = Canary::set(None).await;
    let nobody = TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
    let closed = nobody.local_addr().expect("an address").port();
    drop(nobody);
    for (url, expected) in [
        (format!("http://here.example:{closed}/"), "connection_refused"),
        (format!("https://here.example:{}/", canary.port), "tls_failed"),
        ("http://gone.example/".to_owned(), "unknown_host"),
    ] {
        assert_eq!(post(&egress, &url).await, expected, "{url}");
    }
}

#[test]
fn of_many_addresses_only_the_permitted_are_left() {
    #[track_caller]
    fn check(allow: &str, found: &[&str], expected: Result<&[&str], Refused>) {
        let found = found.iter().map(|ip| ip.parse().expect("an address")).collect();
        let left = permitted(&allow.parse().expect("networks"), found);
        let left = left.map(|all| all.iter().map(|one| one.ip().to_string()).collect::<Vec<_>>());
        assert_eq!(left, expected.map(|all| all.iter().map(|ip| (*ip).to_owned()).collect()));
    }
    check("", &["8.8.8.8", "127.0.0.1", "2606:4700::1111"], Ok(&["8.8.8.8", "2606:4700::1111"]));
    check("", &["127.0.0.1", "10.0.0.1"], Err(Refused::Inside));
    check("10.0.0.0/8", &["127.0.0.1", "10.0.0.1"], Ok(&["10.0.0.1"]));
    check("0.0.0.0/0", &["169.254.169.254"], Err(Refused::Inside));
    check("", &[], Ok(&[]));
}
