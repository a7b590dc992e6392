//! The API does what its own description says, whatever is asked of it: schemathesis makes the requests.

use quartet_local::{Python, Set, Tool};

use crate::client::Client;
use crate::house::House;
use crate::stage::Stage;
use crate::subscriber::Subscriber;

/// Keys that take turns. Each may ask fifty times at once; the generator asks some two thousand times.
const KEYS: usize = 40;
/// Generated cases of an operation and a phase.
const CASES: &str = "10";

/// No server error, no answer that the description does not allow, no bad request that is taken, no good one that is not,
/// nothing without a key.
pub(crate) async fn what_the_api_says_of_itself_is_so(house: &House) {
    let base = house.base().await;
    let announce = || eprintln!("installing schemathesis into the target folder, once");
    let python = Python::ensure(&base.workspace, Set::Schemathesis, announce).await.unwrap();
    // A stage of its own: what is made here wants every event of every run.
    let stage = Stage::start(base, "described", &[]).await;
    let endpoint = Subscriber::open().await;
    let owners = (0..KEYS).map(|_| Client::admin(&stage, "described"));
    let keys: Vec<String> =
        futures::future::join_all(owners).await.into_iter().map(|client| client.key).collect();

    let sources = base.workspace.root.join("tests/verify");
    let run = Tool::new(python.script("schemathesis"))
        .arg("--config-file")
        .arg(sources.join("schemathesis.toml"))
        .args(["run", &format!("{}/openapi.json", stage.stack.url())])
        // One worker: Python 3.11 cannot read source code in two threads (its own issue 106905), which hypothesis does.
        .args(["--checks", "all", "--max-examples", CASES, "--seed", "1", "--workers", "1"])
        .args(["--request-timeout", "30", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &sources)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("QUARTET_KEYS", keys.join(" "))
        .env("QUARTET_ENDPOINT", &endpoint.url)
        // It keeps what it has found; every run here finds for itself.
        .dir(&base.folder.join("described"));
    let output = run.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(said.contains(&format!("✅ {phase}")), "{phase} was left out:\n{said}");
    }
    stage.stop().await;
}
