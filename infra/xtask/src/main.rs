//! `cargo xtask run` and `cargo xtask test`.
//!
//! Invariant: whatever ends a command (its work done, an error, Ctrl-C, SIGTERM, a closed terminal), everything that it
//! started has ended before this process does. All of it hangs on values of the command's future, which is dropped here.

mod bench;
mod cli;
mod cost;
mod events;
mod interrupt;
mod run;
mod screen;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use quartet_local::Refusal;

use self::cli::{Cli, Command};
use self::interrupt::Interrupt;
use self::screen::Screen;

/// What the user can mend, and wrong usage.
const REFUSED: u8 = 2;
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let screen = Screen::of_terminal();
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(execute(cli, &screen)));
    screen.close();
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => ExitCode::from(explain(&screen, &error)),
    }
}

async fn execute(cli: Cli, screen: &Screen) -> Result<u8> {
    let mut interrupt = Interrupt::listen()?;
    let work = async {
        match cli.command {
            Command::Events => events::write(screen).await.map(|()| run::Finished::with(true)),
            Command::Bench => bench::bench(screen).await.map(run::Finished::with),
            Command::Cost => cost::cost(screen).map(|()| run::Finished::with(true)),
            Command::Run(options) => run::run(&options, screen).await,
            Command::Test(options) => test::test(&options, screen).await.map(|()| run::Finished::with(true)),
        }
    };
    let finished = tokio::select! {
        finished = work => finished?,
        signal = interrupt.next() => {
            screen.say("stopped: nothing is left running");
            return Ok(signal.exit_code());
        }
    };
    let code = if finished.success { 0 } else { FAILED };
    if let Some(running) = finished.kept {
        interrupt.next().await;
        screen.say("stopping …");
        drop(running);
    }
    Ok(code)
}

/// Says what went wrong: one sentence if the user can mend it, else the whole chain.
fn explain(screen: &Screen, error: &anyhow::Error) -> u8 {
    let disk = || error.chain().find_map(|cause| Refusal::from_disk(cause.downcast_ref()?));
    if let Some(refusal) = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>()) {
        screen.complain(&refusal.to_string());
        REFUSED
    } else if let Some(refusal) = disk() {
        screen.complain(&refusal.to_string());
        REFUSED
    } else {
        screen.complain(&format!("{error:#}"));
        FAILED
    }
}
