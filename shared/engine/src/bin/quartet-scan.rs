//! `quartet-scan PATH`: what the Analyze agent would say of a file or a folder, as a table or as the payload's JSON.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use quartet_domain::results::AnalysisResults;
use quartet_engine::analyze::{self, Request};
use quartet_engine::tree::Tree;

/// Finds weaknesses in Python, JavaScript and TypeScript.
///
/// Exit code 0: the scan is done, whatever it found. 2: bad usage, or a path that cannot be read.
#[derive(Parser)]
#[command(name = "quartet-scan", version)]
struct Arguments {
    /// A file or a folder.
    path: PathBuf,
    /// Print the payload's `analysis_results` object instead of a table.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let tree = match read(&arguments.path) {
        Ok(tree) => tree,
        Err(error) => return failed(&format!("cannot read {}: {error}", arguments.path.display())),
    };
    let start = Instant::now();
    let mut results = analyze::analyze(&Request { tree: &tree, base: None, changed: None });
    results.duration = start.elapsed().as_secs_f64();
    match print(&results, arguments.json) {
        // A reader that has seen enough, as `head`, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&format!("cannot write: {error}")),
        _ => ExitCode::SUCCESS,
    }
}

#[expect(clippy::print_stderr, reason = "the one sentence that a command line owes its user")]
fn failed(sentence: &str) -> ExitCode {
    eprintln!("quartet-scan: {sentence}");
    ExitCode::from(2)
}

fn read(path: &Path) -> io::Result<Tree> {
    if std::fs::metadata(path)?.is_dir() {
        return Tree::read_dir(path);
    }
    let mut tree = Tree::new();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    tree.insert(name.into_owned(), std::fs::read(path)?);
    Ok(tree)
}

fn print(results: &AnalysisResults, json: bool) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        serde_json::to_writer_pretty(&mut out, results)?;
        writeln!(out)?;
    } else {
        table(results, &mut out)?;
    }
    out.flush()
}

fn table(results: &AnalysisResults, out: &mut impl Write) -> io::Result<()> {
    for found in &results.vulnerabilities {
        let place = format!("{}:{}", plain(&found.file_path), found.line_number);
        let severity = format!("{:?}", found.severity).to_lowercase();
        let function = if found.function_name.is_empty() { "-" } else { &found.function_name };
        writeln!(
            out,
            "{severity:<8} {:>3.0}%  {place}  {}  {}",
            found.confidence_score * 100.0,
            found.rule_id,
            plain(function)
        )?;
        writeln!(out, "               {}", plain(&found.description))?;
    }
    if !results.recommendations.is_empty() {
        writeln!(out)?;
    }
    for sentence in &results.recommendations {
        writeln!(out, "- {sentence}")?;
    }
    for file in &results.incomplete {
        writeln!(out, "not finished: {}", plain(file))?;
    }
    let counts = &results.severity_breakdown;
    writeln!(
        out,
        "\n{} files, {} findings ({} critical, {} high, {} medium, {} low), {} suppressed, risk {}, {:.2} s",
        results.files_analyzed,
        results.total_issues,
        counts.critical,
        counts.high,
        counts.medium,
        counts.low,
        results.suppressed_issues,
        format!("{:?}", results.overall_risk_level).to_uppercase(),
        results.duration,
    )
}

/// Text of the scanned code without what a terminal obeys or a reader cannot see.
fn plain(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}
