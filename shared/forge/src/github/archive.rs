//! The archive of one commit.
//!
//! GitHub answers with a redirect to another host, and the address itself opens a private archive. Invariants: only an
//! allowed host is asked, without our token; its address is in no error and no log.

use reqwest::Url;

use super::{
    client::{location, require_sha},
    pace,
};
use crate::{Archive, Forge, ForgeError};

impl Forge {
    /// Begins to download the commit `sha` as a gzipped tar, whose one top folder has a name of the forge's choice.
    pub async fn archive(&self, repo: &str, sha: &str) -> Result<Archive, ForgeError> {
        require_sha(sha)?;
        let asked = self.client.repo_url(repo, &["tarball", sha])?;
        let (answer, headers) = self.client.head(asked.clone()).await?;
        if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
            answer.good()?;
            return Err(ForgeError::invalid("an archive without a redirect"));
        }
        let target = location(&asked, &headers)?;
        self.allow(&target)?;
        let response = self
            .client
            .http
            .get(target)
            .timeout(self.client.time_out * 10)
            .send()
            .await
            .map_err(ForgeError::unavailable)?;
        let status = response.status().as_u16();
        if let Some(after) = pace::too_fast(status, response.headers(), false) {
            return Err(ForgeError::RateLimited { after });
        }
        match status {
            200 => Ok(Archive::new(response)),
            300..=399 => {
                let further = location(response.url(), response.headers())?;
                Err(ForgeError::ForeignHost { host: further.host_str().unwrap_or_default().to_owned() })
            }
            401 | 403 | 404 | 410 => Err(ForgeError::NotFound),
            _ => Err(ForgeError::Unavailable { status: Some(status), source: None }),
        }
    }

    fn allow(&self, target: &Url) -> Result<(), ForgeError> {
        let host = target.host_str().unwrap_or_default();
        let named = self.client.archive_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
        let usual_port = target.port().is_none() && target.scheme() == "https";
        if target.origin() == self.client.api.origin() || (named && usual_port) {
            return Ok(());
        }
        Err(ForgeError::ForeignHost { host: host.to_owned() })
    }
}
