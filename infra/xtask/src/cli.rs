//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Quartet's own tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the whole product on this machine: a pull request goes in as a webhook, signed results come out.
    ///
    /// Builds the functions, starts a local AWS and a local forge on loopback, deploys template.yaml, opens a pull
    /// request of BASE..HEAD, and shows the pipeline's work and results. The repository is only read. Ends with 0 when
    /// the pipeline ended in success, 1 when something failed, 2 when the request cannot be served as it was put.
    Run(RunOptions),
    /// Checks everything: format, lints, tests, template, state machine, binaries. Stops at the first failure.
    Test(TestOptions),
    /// Measures what one accepted webhook costs the receiver: CPU, memory, AWS calls, log, size; ends with 1 over a limit.
    Bench,
    /// Prints what an event, a run and a delivery cost on AWS, from infra/prices.toml.
    Cost,
    /// Writes events/: a signed sample event for every function.
    Events,
}

#[derive(Args, Debug)]
pub(crate) struct RunOptions {
    /// The git repository to work on; without it, a small vulnerable sample application that is shipped here
    #[arg(long, value_name = "PATH")]
    pub(crate) repo: Option<PathBuf>,
    /// What to compare with [default: the default branch, as far as HEAD goes back to it; else as with --full]
    #[arg(long, value_name = "REV", conflicts_with = "full")]
    pub(crate) base: Option<String>,
    /// What to work on [default: the checked-out commit]
    #[arg(long, value_name = "REV")]
    pub(crate) head: Option<String>,
    /// Work on the whole tree of HEAD, not only on what changed
    #[arg(long)]
    pub(crate) full: bool,
    /// Write the delivered `pipeline_complete` body here, byte for byte
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Send the results to this address [default: the built-in POST /webhook/results]
    #[arg(long, value_name = "URL")]
    pub(crate) receiver: Option<String>,
    /// Leave everything running afterwards, with a ready curl command and target/local.env, until Ctrl-C
    #[arg(long)]
    pub(crate) keep: bool,
    /// Build the functions as they are deployed to AWS: small and fast, but minutes of work
    #[arg(long)]
    pub(crate) release: bool,
}

#[derive(Args, Debug)]
pub(crate) struct TestOptions {
    /// Run only these checks, by name (see --list)
    #[arg(value_name = "CHECK")]
    pub(crate) only: Vec<String>,
    /// List the checks
    #[arg(long)]
    pub(crate) list: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
