//! Rules of the manifests that no lint knows. Each rule is a table's row: a broken one names the file and the line.
#![expect(clippy::unwrap_used, reason = "a manifest that cannot be read must fail the test")]

use std::path::{Path, PathBuf};

/// The dependency lines of a member, with the section that they are in.
struct Manifest {
    path: PathBuf,
    lines: Vec<(String, String)>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap()
}

fn members() -> Vec<Manifest> {
    let listed = ["functions", "shared", "infra"].map(|folder| root().join(folder));
    let below = listed.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let folders = below.map(|entry| entry.unwrap().path()).chain([root().join("tests")]);
    folders
        .map(|folder| folder.join("Cargo.toml"))
        .filter(|path| path.is_file())
        .map(Manifest::read)
        .collect()
}

impl Manifest {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut section = String::new();
        let mut lines = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.starts_with('[') {
                section = line.trim_matches(['[', ']']).to_owned();
            } else if section.ends_with("dependencies") {
                lines.push((section.clone(), line.to_owned()));
            }
        }
        Self { path, lines }
    }

    fn is(&self, folder: &str) -> bool {
        self.path.parent() == Some(&root().join(folder))
    }
}

#[track_caller]
fn check(rule: &str, allowed: impl Fn(&Manifest, &str) -> bool) {
    let mut broken = Vec::new();
    for manifest in members() {
        for (section, line) in &manifest.lines {
            if !allowed(&manifest, line) {
                broken.push(format!("{} [{section}] {line}", manifest.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

#[test]
fn the_members_are_read() {
    let members = members();
    assert!(members.len() >= 12, "only {} manifests", members.len());
    assert!(members.iter().any(|manifest| manifest.is("shared/aws") && manifest.lines.len() > 5));
}

#[test]
fn the_sdk_stops_at_its_crate() {
    let sdk =
        |line: &str| ["aws-sdk-", "aws-config", "aws-smithy"].iter().any(|start| line.starts_with(start));
    check("only shared/aws may name the AWS SDK", |manifest, line| manifest.is("shared/aws") || !sdk(line));
}

#[test]
fn the_runtime_stops_at_its_crates() {
    check("only shared/lambda may name the Lambda runtime", |manifest, line| {
        manifest.is("shared/lambda") || !line.starts_with("lambda_runtime")
    });
    let http = ["functions/api", "functions/results"];
    check("only what speaks plain HTTP may name lambda_http", |manifest, line| {
        http.iter().any(|folder| manifest.is(folder)) || !line.starts_with("lambda_http")
    });
}

#[test]
fn versions_are_in_the_root_only() {
    let inherited = |line: &str| line.contains(".workspace = true") || line.contains("workspace = true");
    // A package may name its own features and binaries; those are no dependencies.
    check("a member inherits every dependency from the root", |_, line| inherited(line));
}

#[test]
fn pure_crates_stay_pure() {
    let impure =
        ["tokio", "reqwest", "axum", "lambda_", "aws-", "quartet-aws", "quartet-forge", "quartet-local"];
    let names = |line: &str| impure.iter().any(|name| line.starts_with(name));
    check("shared/domain knows no runtime, network or AWS", |manifest, line| {
        !manifest.is("shared/domain") || !names(line)
    });
    check("shared/engine knows no network and no AWS", |manifest, line| {
        !manifest.is("shared/engine") || line.starts_with("tokio") || !names(line)
    });
}
