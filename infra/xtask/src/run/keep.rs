//! What `--keep` leaves: a running product, its addresses, a request that it takes, a file to source.

use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use quartet_domain::signature;
use quartet_local::Workspace;
use secrecy::SecretString;

use super::forge::Forge;
use super::product::{Product, Secrets};

/// GitHub's greeting to a new hook, which starts nothing.
const PING: &str = r#"{"zen":"Keep it logically awesome.","hook_id":1}"#;

/// How the file begins; the id of the process that it belongs to follows.
const OWNER: &str = "# process ";

/// All that still runs; it ends with this value, and so does the file that names it.
pub(crate) struct Kept {
    product: Product,
    forge: Forge,
    settings: PathBuf,
    curl: String,
    api_key: String,
}

impl Kept {
    pub(super) fn new(
        workspace: &Workspace,
        product: Product,
        forge: Forge,
        secrets: &Secrets,
    ) -> Result<Self> {
        let settings = place(&workspace.target);
        let mut lines = vec![
            ("QUARTET_URL", product.stack().url()),
            ("QUARTET_WEBHOOK_SECRET", secrets.webhook.clone()),
            ("QUARTET_RESULTS_SECRET", secrets.results.clone()),
            ("QUARTET_API_KEY", secrets.api_key.clone()),
            ("QUARTET_FORGE_URL", forge.url().to_owned()),
        ];
        lines.extend(product.stack().aws_env());
        let exports: String = lines.iter().map(|(key, value)| format!("export {key}='{value}'\n")).collect();
        let text = format!("{OWNER}{}\n{exports}", std::process::id());
        // It holds secrets, if only of this run: for the user alone.
        let _ = std::fs::remove_file(&settings);
        let mut file = std::fs::OpenOptions::new();
        let file = file.write(true).create_new(true).mode(0o600).open(&settings);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", settings.display()))?;
        let curl = curl(&product.webhook_url(), &secrets.webhook);
        Ok(Self { product, forge, settings, curl, api_key: secrets.api_key.clone() })
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stack = self.product.stack();
        writeln!(f, "Everything is still running:")?;
        writeln!(f, "  product    {}", stack.url())?;
        writeln!(f, "  forge      {}", self.forge.url())?;
        writeln!(f, "  local AWS  {} (log: {})", stack.aws().endpoint(), stack.log().display())?;
        writeln!(f, "  settings   source {}", self.settings.display())?;
        writeln!(f, "  API        {}/docs (key: {})", stack.url(), self.api_key)?;
        writeln!(f, "A request that it takes:\n{}", self.curl)?;
        write!(f, "Ctrl-C stops it all.")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.settings);
    }
}

/// `local.env`, unless it belongs to another run that is kept too.
fn place(target: &Path) -> PathBuf {
    let usual = target.join("local.env");
    let text = std::fs::read_to_string(&usual).unwrap_or_default();
    let owner = text.lines().next().and_then(|line| line.strip_prefix(OWNER));
    let taken = owner.is_some_and(|id| !id.is_empty() && Path::new("/proc").join(id).exists());
    if taken { target.join(format!("local-{}.env", std::process::id())) } else { usual }
}

fn curl(url: &str, secret: &str) -> String {
    let signature = signature::over_body(&SecretString::from(secret), PING.as_bytes());
    [
        &format!("  curl -i {url}"),
        "-H 'content-type: application/json'",
        "-H 'x-github-event: ping'",
        "-H 'x-github-delivery: 11111111-2222-3333-4444-555555555555'",
        &format!("-H 'x-hub-signature-256: {signature}'"),
        &format!("--data-binary '{PING}'"),
    ]
    .join(" \\\n    ")
}
