//! Secrets are told from what only looks like one, and are never shown.
//!
//! The tokens here are put together from halves, so that no scanner of repositories takes them for real.

use super::load::Rules;
use super::{detect, mask_text, masked, reads};

fn ids(path: &str, text: &str) -> Vec<String> {
    detect(path, text.as_bytes()).into_iter().map(|found| found.about.id.clone()).collect()
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(ids(path, text), expected, "{path}: {text}");
}

#[test]
fn every_rule_compiles() {
    let rules = Rules::read(include_str!("../../../rules/secrets.toml")).unwrap();
    for rule in rules.iter() {
        assert!(rule.shape().is_some(), "{}", rule.about.id);
    }
}

#[test]
fn tokens_are_known_by_their_form() {
    let join = |parts: &[&str]| parts.concat();
    check("a.txt", &join(&["key AKIA", "Q3EXBMPLK7ZJ2N4T"]), &["secret.aws-access-key"]);
    check(
        ".env",
        &join(&["AWS_SECRET_ACCESS_KEY=", "wJ4lrXUtnFEMIk7MDENGbPxRfiCYzTp0q9KdLsA1"]),
        &["secret.aws-secret-key"],
    );
    check("a.py", &join(&["t = 'gh", "p_k3Jd92LmQpZx8VbN4tRw6YsHc1GfEaUi7OoT'"]), &["secret.github-token"]);
    check("a.yml", &join(&["token: glpat", "-x7Kp2mQv9sTn4bRw8yZc"]), &["secret.gitlab-token"]);
    check("a.rb", &join(&["'xoxb", "-2093847561029-k3Jd92LmQpZx8VbN4tRw'"]), &["secret.slack-token"]);
    check("a.json", &join(&["{\"k\": \"sk_", "live_k3Jd92LmQpZx8VbN4tRw6Y\"}"]), &["secret.stripe-key"]);
    check("a.xml", &join(&["AIza", "SyD3kJd92LmQpZx8VbN4tRw6YsHc1GfEaUi"]), &["secret.google-api-key"]);
    check("id_rsa", &join(&["-----BEGIN RSA PRIVATE", " KEY-----\nMIIE"]), &["secret.private-key"]);
    check(
        "a.go",
        &join(&["const u = \"postgres", "://app:Tr0ub4dor3x@db.internal/shop\""]),
        &["secret.connection-string"],
    );
    check(
        "web.config",
        "Server=db;Database=shop;User Id=app;Password=Tr0ub4dor3x;",
        &["secret.odbc-password"],
    );
    check("a.properties", "api.secret=q7Hs92kLmP04xZt1Vb8n", &["secret.assignment"]);
    check("a.java", "String apiKey = \"q7Hs92kLmP04xZt1Vb8n\";", &["secret.assignment"]);
    check("Dockerfile", "ENV API_TOKEN=q7Hs92kLmP04xZt1Vb8n", &["secret.assignment"]);
}

#[test]
fn what_only_looks_like_a_secret_is_left_alone() {
    for (path, text) in [
        ("a.txt", "AKIAIOSFODNN7EXAMPLE"),
        ("a.py", "api_key = os.environ['API_KEY_2024_PRODUCTION']"),
        ("a.py", "token = request_token_from_server_v2_0"),
        ("a.yml", "password: ${DB_PASSWORD_2024}"),
        ("a.yml", "secretName: my-service-credentials-v12"),
        ("a.env", "API_KEY=your-api-key-here-1234"),
        ("a.env", "SECRET_KEY=changeme1234567890"),
        ("a.js", "const passwordField = 'input#password_field_12'"),
        ("a.json", "\"secret\": \"projects/12/secrets/db-password-34\""),
        ("a.go", "u := \"postgres://postgres:postgres@localhost/test\""),
        ("a.go", "u := \"postgres://user:password123@localhost/test\""),
        ("package-lock.json", "\"token\": \"q7Hs92kLmP04xZt1Vb8n\""),
        ("vendor/a.env", "api.secret=q7Hs92kLmP04xZt1Vb8n"),
    ] {
        let found = if reads(path, text.as_bytes()) == Ok(true) { ids(path, text) } else { Vec::new() };
        assert!(found.is_empty(), "{path}: {text}: {found:?}");
    }
}

#[test]
fn the_line_is_right_and_tests_count_less() {
    let text = format!("a\nb\n\ntoken = '{}{}'\n", "ghp", "_k3Jd92LmQpZx8VbN4tRw6YsHc1GfEaUi7OoT");
    let found = detect("a.py", text.as_bytes());
    assert_eq!((found[0].line, found[0].confidence), (4, 0.9));
    assert_eq!(detect("tests/a.py", text.as_bytes())[0].confidence, 0.45);
}

#[test]
fn no_secret_is_shown() {
    let secret = ["gh", "p_k3Jd92LmQpZx8VbN4tRw6YsHc1GfEaUi7OoT"].concat();
    let found = detect("a.py", format!("t = '{secret}'").as_bytes());
    let shown = format!("{found:?}");
    assert!(!shown.contains(&secret[..10]) && shown.contains("ghp_… (40 characters)"), "{shown}");
    let text = mask_text(&format!("-t = 'é{secret}'\n+t = read()"));
    assert_eq!(text, "-t = 'éghp_… (40 characters)'\n+t = read()");
    assert_eq!(masked("Tr0ub4"), "T… (6 characters)");
    assert_eq!(mask_text("nothing"), "nothing");
}

#[test]
fn floods_and_giants_end() {
    let line = format!("token = '{}{}'\n", "ghp", "_k3Jd92LmQpZx8VbN4tRw6YsHc1GfEaUi7OoT");
    assert_eq!(detect("a.py", line.repeat(5_000).as_bytes()).len(), 50);
    assert!(detect("a.env", "secret".repeat(100_000).as_bytes()).is_empty());
    assert!(reads("a.sql", &vec![b'x'; super::MAX_BYTES + 1]).is_err());
    assert_eq!(reads("a.bin", b"\0AKIA"), Ok(false));
    assert!(reads("web/.env", b"\xff\xfeA\0").is_err());
    assert!(reads(".env.local", b"\0A=b").is_err());
}
