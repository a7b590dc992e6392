//! Takes its own rights away and becomes the program that it was told to run; see `quartet_engine::sandbox`.
//!
//! Its one argument is the program as JSON. It only comes back when it refused.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = std::env::args().nth(1).unwrap_or_default();
    let refusal = quartet_engine::sandbox::confine_and_run(&program);
    refusal.report();
    ExitCode::FAILURE
}
