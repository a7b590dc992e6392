//! `cargo xtask test`: every check, cheapest first, until the first failure.
//!
//! A check is a name, what it shows, and programs that must succeed. Each can be run alone by its name.

mod check;
mod lint;

use anyhow::{Result, bail};
use quartet_local::{Refusal, Workspace};

use self::check::{ALL, Check};
use crate::cli::TestOptions;
use crate::screen::Screen;

pub(crate) async fn test(options: &TestOptions, screen: &Screen) -> Result<()> {
    if options.list {
        for check in ALL {
            screen.say(&format!("{:10} {}", check.name(), check.shows()));
        }
        return Ok(());
    }
    let checks = chosen(&options.only)?;
    let workspace = Workspace::find().await?;
    for check in checks {
        let step = screen.loud_step(&format!("{}: {}", check.name(), check.shows()));
        let (command, passed) = check.run(&workspace, screen).await?;
        if passed {
            step.done("");
            continue;
        }
        step.failed("");
        screen.say(&format!(
            "To repeat it alone:\n  cargo xtask test {}\nwhich runs\n  {command}",
            check.name()
        ));
        bail!("the check {} failed", check.name());
    }
    screen.say("All checks passed.");
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<Check>> {
    if names.is_empty() {
        return Ok(ALL.to_vec());
    }
    let find = |name: &String| {
        let found = ALL.iter().find(|check| check.name() == name).copied();
        found.ok_or_else(|| {
            Refusal::new(format!("there is no check {name}: cargo xtask test --list names them")).into()
        })
    };
    names.iter().map(find).collect()
}
