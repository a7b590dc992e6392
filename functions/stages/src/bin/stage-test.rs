//! Wires the test stage and starts the runtime; started with an argument, it is the sandbox's launcher instead.
#![recursion_limit = "256"]

use std::process::ExitCode;

use quartet_engine::sandbox::confine_and_run;

/// Lambda starts a function without arguments. With one, this process is a child of the stage, and what it becomes is
/// described by that argument: the bundle needs no second binary.
fn main() -> ExitCode {
    if let Some(program) = std::env::args().nth(1) {
        confine_and_run(&program).report();
        return ExitCode::FAILURE;
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[tokio::main(flavor = "current_thread")]
async fn serve() -> Result<(), quartet_lambda::Error> {
    quartet_lambda::serve(stages::config::test, stages::test::handle).await
}
