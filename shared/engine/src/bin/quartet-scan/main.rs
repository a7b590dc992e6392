//! `quartet-scan PATH`: what the Analyze agent would say of a file or a folder, as a table, as the payload's JSON or as
//! SARIF.

mod progress;
mod table;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use quartet_domain::counted::counted;
use quartet_domain::results::{AnalysisResults, Severity, SkippedFile};
use quartet_engine::analyze::{self, Request, Survey};
use quartet_engine::sarif;
use quartet_engine::tree::{MAX_FILE_BYTES, Tree};

/// Less sure findings are shown and do not fail a scan.
const SURE: f64 = 0.5;

const EXAMPLES: &str = "\
Examples:
  quartet-scan .                                      everything below this folder
  quartet-scan src/app.py                             one file
  quartet-scan . --fail-on high                       a gate: exit code 1 on a finding of high or critical severity
  quartet-scan . --base ../main --fail-on medium      only what this tree has and ../main has not
  quartet-scan . --sarif > quartet.sarif              for code scanning on a forge, or an editor
  quartet-scan . --rules ~/our-rules                  with rules of your own beside those in .quartet/rules

Exit codes:
  0  the scan is done; with --fail-on, nothing at or above that severity
  1  with --fail-on: a finding at or above it whose confidence is 50 % or more, and which --base has not
  2  bad usage, a path that cannot be read, or a rule of --rules that cannot be used";

/// Finds weaknesses and secrets in source code.
///
/// Data flow in Python, JavaScript and TypeScript; patterns also in Java, Go, Ruby, PHP, C#, shell, Dockerfiles, GitHub
/// Actions and Terraform; secrets in any text file. Nothing is run, changed or sent.
#[derive(Parser)]
#[command(name = "quartet-scan", version, after_help = EXAMPLES)]
struct Arguments {
    /// A file or a folder.
    path: PathBuf,
    /// Print the payload's `analysis_results` object instead of a table.
    #[arg(long, conflicts_with = "sarif")]
    json: bool,
    /// Print SARIF 2.1.0 instead of a table.
    #[arg(long)]
    sarif: bool,
    /// The same tree before the change: findings that it has too are marked as known.
    #[arg(long, value_name = "PATH")]
    base: Option<PathBuf>,
    /// A folder of further rules (`*.yml`, `*.toml`), as `.quartet/rules` of the scanned tree.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// End with exit code 1 when there is a finding of this severity or worse.
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Threshold>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Threshold {
    Low,
    Medium,
    High,
    Critical,
}

impl From<Threshold> for Severity {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::Low => Self::Low,
            Threshold::Medium => Self::Medium,
            Threshold::High => Self::High,
            Threshold::Critical => Self::Critical,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(sentence) => failed(&sentence),
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (tree, left_out) = read(&arguments.path)?;
    let base = arguments.base.as_deref().map(read).transpose()?;
    let rules = arguments.rules.as_deref().map(folder).transpose()?.unwrap_or_default();
    let start = Instant::now();
    let request = Request { tree: &tree, base: base.as_ref().map(|(tree, _)| tree), changed: None };
    let mut survey = progress::during(&counted(tree.len(), "file"), || analyze::survey(&request, &rules));
    survey.results.duration = start.elapsed().as_secs_f64();
    survey.results.files_skipped.extend(left_out);
    match print(&survey, arguments) {
        // A reader that has seen enough, as `head`, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(format!("cannot write: {error}"));
        }
        _ => {}
    }
    // A gate without the rules that it was given would be open without a word.
    match survey.unusable_rules.first() {
        Some(line) => Err(format!("not all of --rules could be used: {line}")),
        None => Ok(verdict(&survey.results, arguments.fail_on.map(Severity::from))),
    }
}

fn verdict(results: &AnalysisResults, fail_on: Option<Severity>) -> ExitCode {
    let fails = |threshold: Severity| {
        results.vulnerabilities.iter().any(|found| {
            found.severity >= threshold && found.confidence_score >= SURE && found.introduced != Some(false)
        })
    };
    if fail_on.is_some_and(fails) { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

#[expect(clippy::print_stderr, reason = "the one sentence that a command line owes its user")]
fn failed(sentence: &str) -> ExitCode {
    eprintln!("quartet-scan: {sentence}");
    ExitCode::from(2)
}

fn read(path: &Path) -> Result<(Tree, Vec<SkippedFile>), String> {
    let failed = |error: io::Error| format!("cannot read {}: {error}", path.display());
    let found = std::fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        return Tree::survey(path, &analyze::reads).map_err(failed);
    }
    if !found.is_file() {
        return Err(format!("{} is neither a file nor a folder", path.display()));
    }
    if found.len() > MAX_FILE_BYTES {
        return Err(format!("{} is larger than {MAX_FILE_BYTES} bytes", path.display()));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = std::fs::read(path).map_err(failed)?;
    Ok(([(name, bytes)].into_iter().collect(), Vec::new()))
}

fn folder(path: &Path) -> Result<Tree, String> {
    let (tree, left_out) = Tree::survey(path, &analyze::reads)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    match left_out.first() {
        Some(file) => Err(format!("cannot read the rules in {}: {}", file.file_path, file.reason)),
        None if !tree.iter().any(|(path, _)| path.ends_with(".yml") || path.ends_with(".toml")) => {
            Err(format!("{} has no rules: no *.yml and no *.toml", path.display()))
        }
        None => Ok(tree),
    }
}

fn print(survey: &Survey, arguments: &Arguments) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &survey.results)?;
        writeln!(out)?;
    } else if arguments.sarif {
        serde_json::to_writer_pretty(&mut out, &sarif::log(survey))?;
        writeln!(out)?;
    } else {
        table::write(&survey.results, &mut out)?;
    }
    out.flush()
}
