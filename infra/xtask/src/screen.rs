//! The only place that prints.
//!
//! On a terminal a step is a live line that turns into a finished one; in a pipe its start and its end are a line each.
//! Nothing that comes from a repository reaches a terminal with its control characters.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where all words go.
pub(crate) struct Screen {
    /// Only on a terminal.
    live: Option<MultiProgress>,
    started: Instant,
}

/// A step under way; one that is dropped without [`Step::done`] has failed.
pub(crate) struct Step<'a> {
    screen: &'a Screen,
    name: String,
    started: Instant,
    bar: Option<ProgressBar>,
    ended: bool,
}

impl Screen {
    pub(crate) fn of_terminal() -> Self {
        let live = std::io::stdout()
            .is_terminal()
            .then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stdout()));
        Self { live, started: Instant::now() }
    }

    /// A step with a live line.
    pub(crate) fn step(&self, name: &str) -> Step<'_> {
        let bar = self.live.as_ref().map(|live| {
            let bar = live.add(ProgressBar::new_spinner().with_message(name.to_owned()));
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed:.dim}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        if bar.is_none() {
            self.say(&format!("{} {name}: started", self.clock()));
        }
        Step { screen: self, name: name.to_owned(), started: Instant::now(), bar, ended: false }
    }

    /// A step whose program shows its own progress.
    pub(crate) fn loud_step(&self, name: &str) -> Step<'_> {
        let start = if self.live.is_some() {
            format!("  … {name}")
        } else {
            format!("{} {name}: started", self.clock())
        };
        self.say(&start);
        Step { screen: self, name: name.to_owned(), started: Instant::now(), bar: None, ended: false }
    }

    /// One line or several.
    pub(crate) fn say(&self, text: &str) {
        let text = clean(text);
        match &self.live {
            // It redraws the live lines below.
            Some(live) => live.suspend(|| print(&text)),
            None => print(&text),
        }
    }

    /// What went wrong, where errors go.
    pub(crate) fn complain(&self, text: &str) {
        self.close();
        // Without a place to complain to, there is nothing left to do.
        let _ = writeln!(std::io::stderr(), "error: {}", clean(text));
    }

    pub(crate) fn close(&self) {
        if let Some(live) = &self.live {
            let _ = live.clear();
        }
    }

    fn clock(&self) -> String {
        format!("[{:6.1} s]", self.started.elapsed().as_secs_f64())
    }
}

impl Step<'_> {
    /// It ended well; `detail` may be empty.
    pub(crate) fn done(self, detail: &str) {
        let taken = self.started.elapsed();
        self.done_in(taken, detail);
    }

    /// The same, with a time that somebody else took.
    pub(crate) fn done_in(mut self, taken: Duration, detail: &str) {
        self.end("✔", "done", taken, detail);
    }

    /// It ended badly.
    pub(crate) fn failed(mut self, detail: &str) {
        let taken = self.started.elapsed();
        self.end("✘", "failed", taken, detail);
    }

    fn end(&mut self, mark: &str, word: &str, taken: Duration, detail: &str) {
        self.ended = true;
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        let (name, seconds) = (&self.name, taken.as_secs_f64());
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        match &self.screen.live {
            Some(_) => self.screen.say(&format!("  {mark} {name} ({seconds:.1} s){detail}")),
            None => {
                self.screen.say(&format!("{} {name}: {word} in {seconds:.1} s{detail}", self.screen.clock()))
            }
        }
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let taken = self.started.elapsed();
            self.end("✘", "failed", taken, "");
        }
    }
}

fn print(text: &str) {
    // A reader that went away is no reason to stop the work that was asked for.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Text without control characters other than line ends and tabs.
fn clean(text: &str) -> String {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    // They turn the order of what is read around (CVE-2021-42574).
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if commands(c) || turns(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn no_escape_sequence_gets_through() {
        assert_eq!(clean("a\u{1b}[31mb\r\n\tc\u{9b}2J"), "a\u{fffd}[31mb\u{fffd}\n\tc\u{fffd}2J");
        assert_eq!(clean("a\u{202e}b\u{2066}ü"), "a\u{fffd}b\u{fffd}ü");
    }
}
