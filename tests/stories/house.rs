//! All that the stories share: the forge, the subscriber, the stacks. Each is started by the first story that needs it.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use quartet_local::forge::{Options, Server};
use quartet_local::{Python, RunFolder, Set, Tool, Workspace, sample};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::repo::{Content, Repo};
use crate::stage::Stage;
use crate::subscriber::Subscriber;
use crate::verify::Verifiers;

/// What the forge wants as a bearer token.
pub(crate) const FORGE_TOKEN: &str = "the-token-of-the-stories";

pub(crate) struct House {
    runtime: Runtime,
    /// Or why not, which every story then says.
    base: OnceCell<Result<Base, String>>,
    stage: OnceCell<Stage>,
    verifiers: OnceCell<Verifiers>,
}

/// What every stack needs.
pub(crate) struct Base {
    pub(crate) workspace: Workspace,
    pub(crate) folder: RunFolder,
    pub(crate) python: Python,
    pub(crate) node: PathBuf,
    pub(crate) bin_dir: PathBuf,
    pub(crate) forge: Server,
    pub(crate) subscriber: Subscriber,
    pub(crate) notes: PathBuf,
    pub(crate) sample: PathBuf,
}

impl House {
    pub(crate) fn new() -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
        Self { runtime, base: OnceCell::new(), stage: OnceCell::new(), verifiers: OnceCell::new() }
    }

    /// Runs one story on the calling thread.
    pub(crate) fn tell(&self, story: impl Future<Output = ()>) {
        self.runtime.block_on(story);
    }

    pub(crate) async fn base(&self) -> &Base {
        let prepare = async || Base::prepare().await.map_err(|error| format!("{error:#}"));
        self.base.get_or_init(prepare).await.as_ref().unwrap()
    }

    /// The stack that most stories share. One fix commit for each pull request, and the short retry schedule.
    pub(crate) async fn stage(&self) -> &Stage {
        let base = self.base().await;
        let start = || Stage::start(base, "shared", &[("RetrySchedule", "seed"), ("MaxFixRounds", "1")]);
        self.stage.get_or_init(start).await
    }

    /// The official libraries.
    pub(crate) async fn verifiers(&self) -> &Verifiers {
        let base = self.base().await;
        self.verifiers.get_or_init(|| Verifiers::ensure(base)).await
    }

    /// A repository of this story alone, watched by the shared stack.
    pub(crate) async fn repo(&self, name: &str) -> Repo<'_> {
        Repo::make(self.base().await, self.stage().await, name, Content::Notes).await
    }

    /// Ends everything that was started.
    pub(crate) fn close(self) {
        let Self { runtime, base, stage, .. } = self;
        runtime.block_on(async move {
            if let Some(stage) = stage.into_inner() {
                stage.stop().await;
            }
            if let Some(Ok(base)) = base.into_inner() {
                base.forge.stop().await;
            }
        });
    }
}

impl Base {
    async fn prepare() -> Result<Self> {
        let workspace = Workspace::find().await?;
        let bin_dir = build(&workspace).await?;
        let announce = || eprintln!("installing the local AWS into the target folder, once");
        let python = Python::ensure(&workspace, Set::Local, announce).await?;
        let node = Python::ensure(&workspace, Set::Node, || {}).await?.node().await?;
        let folder = workspace.run_folder()?;
        let options = Options { root: folder.join("forge"), port: None, token: FORGE_TOKEN.to_owned() };
        let forge = Server::start(options).await?;
        let subscriber = Subscriber::open().await;
        let notes = crate::notes::build(&folder.join("notes")).await;
        let sample = sample::build(&workspace, &folder.join("sample")).await?;
        Ok(Self { workspace, folder, python, node, bin_dir, forge, subscriber, notes, sample })
    }
}

/// Builds what is deployed, so that no story tells of an old binary. Always the whole workspace: another choice of
/// packages unifies features differently and compiles the AWS SDK again.
async fn build(workspace: &Workspace) -> Result<PathBuf> {
    let cargo = Tool::new("cargo").args(["build", "--quiet", "--workspace", "--bins"]).dir(&workspace.root);
    ensure!(cargo.show().await?, "the functions do not build");
    Ok(workspace.target.join("debug"))
}
