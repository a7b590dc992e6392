//! What webhooks say. The samples are ours: the field names of the documentation, no more of each than a reader meets.
//! Their names begin with the event's.

use quartet_domain::{
    change::{Change, Check, Connected, Connection, Push, Subject},
    repository::{Provider, Pull, Repository},
};
use quartet_forge::inbound::{ReadError, read};

fn base() -> String {
    "a".repeat(40)
}

fn head() -> String {
    "b".repeat(40)
}

fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect("a sample")
}

fn web() -> Repository {
    Repository {
        provider: Provider::GitHub,
        id: 42,
        full_name: "acme/web".to_owned(),
        default_branch: "main".to_owned(),
        private: false,
    }
}

fn pull() -> Pull {
    Pull {
        number: 2,
        title: "Say \"hello\" in ünïcode".to_owned(),
        base_branch: "main".to_owned(),
        base_sha: base(),
        head_branch: "feature".to_owned(),
        head_sha: head(),
        head_repository: Some("acme/web".to_owned()),
        fork: false,
        draft: false,
        open: true,
        updated_at: "2026-11-01T10:05:00Z".parse().expect("a time"),
    }
}

#[track_caller]
fn check(name: &str, action: &str, actor: &str, subject: Subject) {
    let event_type = name.split('.').next().expect("an event");
    let away = matches!(event_type, "installation" | "installation_repositories" | "never_heard_of");
    let expected = Change {
        event_type: event_type.to_owned(),
        action: action.to_owned(),
        actor: actor.to_owned(),
        repository: (!away).then(web),
        subject,
    };
    assert_eq!(read(event_type, &sample(name)), Ok(expected), "{name}");
}

#[test]
fn pull_requests() {
    check("pull_request.opened", "opened", "ada", Subject::PullRequest(pull()));
    let fork = Pull { head_repository: Some("mallory/web".to_owned()), fork: true, ..pull() };
    check("pull_request.opened_fork", "opened", "mallory", Subject::PullRequest(fork));
    let gone = Pull { head_repository: None, fork: true, draft: true, open: false, ..pull() };
    check("pull_request.closed_deleted_fork", "closed", "ada", Subject::PullRequest(gone));
}

#[test]
fn pushes() {
    let push = |branch: &str, before, after, message: &str| {
        Subject::Push(Push { branch: branch.to_owned(), before, after, message: message.to_owned() })
    };
    let fix = push("fix/deep", Some(base()), Some(head()), "Fix\n\n[skip-pipeline]");
    check("push.branch", "", "ada", fix);
    check("push.new_branch_by_key", "", "deploy-key", push("topic", None, Some(head()), "One"));
    check("push.tag_deleted", "", "ada", push("", Some(base()), None, ""));
}

#[test]
fn checks() {
    let one = |name: &str, conclusion: Option<&str>, branch: &str, pulls: &[u64]| Check {
        suite: false,
        name: name.to_owned(),
        conclusion: conclusion.map(str::to_owned),
        head_sha: head(),
        branch: branch.to_owned(),
        pulls: pulls.to_vec(),
        url: String::new(),
        at: None,
    };
    let at = |text: &str| Some(text.parse().expect("a time"));
    let url = |path: &str| format!("https://github.com/acme/web/{path}");
    let lint = one("lint", Some("failure"), "", &[2]);
    let lint = Check { url: url("runs/6"), at: at("2026-11-01T10:05:00Z"), ..lint };
    check("check_run.completed", "completed", "ada", Subject::Check(lint));
    let suite = Check { suite: true, ..one("Linter", None, "main", &[]) };
    check("check_suite.requested", "requested", "ada", Subject::Check(suite));
    let run = one("CI", Some("failure"), "feature", &[2]);
    let run = Check { suite: true, url: url("actions/runs/8"), at: at("2026-11-01T10:06:00Z"), ..run };
    check("workflow_run.completed", "completed", "ada", Subject::Check(run));
    let job = Check { url: url("actions/runs/8/job/10"), ..one("test (3.12)", None, "main", &[]) };
    check("workflow_job.queued", "queued", "ada", Subject::Check(job));
}

#[test]
fn who_is_connected() {
    let named = |all: &[(u64, &str)]| {
        all.iter().map(|(id, name)| Connected { id: *id, full_name: format!("acme/{name}") }).collect()
    };
    let connection = |connected: &[(u64, &str)], disconnected: &[(u64, &str)]| {
        Subject::Connection(Connection { connected: named(connected), disconnected: named(disconnected) })
    };
    check("ping.repository", "", "ada", connection(&[(42, "web")], &[]));
    check("meta.deleted", "deleted", "ada", connection(&[], &[(42, "web")]));
    check("installation.created", "created", "ada", connection(&[(42, "web"), (43, "api")], &[]));
    check("installation.suspend", "suspend", "ada", connection(&[], &[]));
    check("installation_repositories.added", "added", "ada", connection(&[(44, "docs")], &[(43, "api")]));
}

#[test]
fn the_rest() {
    check("issues.opened", "opened", "ada", Subject::Other);
    check("never_heard_of.done", "done", "ada", Subject::Other);
}

#[test]
fn every_sample_is_read() {
    let folder = format!("{}/tests/samples", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).expect("samples") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        let event_type = name.split('.').next().expect("an event");
        read(event_type, &sample(name.trim_end_matches(".json"))).expect(&name);
    }
}

#[test]
fn what_cannot_be_read_is_not_quoted() {
    #[track_caller]
    fn check(event_type: &str, body: &str, expected: &str) {
        let error = read(event_type, body.as_bytes()).expect_err("unreadable");
        assert!(!format!("{error:?} {error}").contains("hush"));
        assert_eq!(error.to_string(), expected);
    }
    check("push", "hush", "the body is not JSON (line 1, column 1)");
    check("push", "", "the body is not JSON (line 1, column 0)");
    check("push", r#"{"ref":"hush""#, "the body is not JSON (line 1, column 13)");
    check("push", r#"{} hush"#, "the body is not JSON (line 1, column 4)");
    check("push", r#"{"ref": 1}"#, "the body of a `push` event is not as expected at `ref`");
    check("push", "[]", "the body of a `push` event is not as expected at `.`");
    check(
        "pull_request",
        r#"{"pull_request":{"number":"hush"}}"#,
        "the body of a `pull_request` event is not as expected at `pull_request.number`",
    );
    check(
        "issues",
        r#"{"repository":{"id":1,"full_name":["hush"]}}"#,
        "the body of a `issues` event is not as expected at `repository.full_name`",
    );
    assert!(matches!(read("ping", b"\xff\xfe"), Err(ReadError::NotJson { .. })));
}
