//! One comment under a pull request, edited ever after.
//!
//! Invariant: we edit only what we wrote. Anybody can type our marker, so the author must be us too; with an
//! installation's token, which may not ask who it is, the author must be a bot.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{client::Request, pace::Again};
use crate::{Forge, ForgeError, text::cut};

const BODY_BYTES: usize = 65_536;
const PER_PAGE: usize = 100;
/// Comments beyond these are not searched; a discussion this long gets a second comment of ours.
const PAGES: usize = 20;

#[derive(Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
    user: Option<Account>,
}

#[derive(Deserialize)]
struct Account {
    login: String,
    #[serde(default)]
    r#type: String,
}

#[derive(Serialize)]
struct CommentBody<'a> {
    body: &'a str,
}

impl Forge {
    /// Writes `body` under the pull request `number`: edits our comment with this `marker`, or makes it. The marker is
    /// put before the body, hidden. Answers with the comment's id.
    pub async fn put_comment(
        &self,
        repo: &str,
        number: u64,
        marker: &str,
        body: &str,
    ) -> Result<u64, ForgeError> {
        if marker.is_empty() || marker.contains(['\n', '\r', '<', '>']) || marker.contains("--") {
            return Err(ForgeError::invalid("a marker is one plain line"));
        }
        let mark = format!("<!-- {marker} -->\n");
        let text = cut(&format!("{mark}{body}"), BODY_BYTES);
        let found = self.find_comment(repo, number, &mark).await?;
        let request = match &found {
            Some(comment) if comment.body.as_deref() == Some(&text) => return Ok(comment.id),
            Some(comment) => {
                let url = self.client.repo_url(repo, &["issues", "comments", &comment.id.to_string()])?;
                Request::write(Method::PATCH, url, &CommentBody { body: &text }, Again::Harmless)?
            }
            None => {
                let url = self.client.repo_url(repo, &["issues", &number.to_string(), "comments"])?;
                Request::write(Method::POST, url, &CommentBody { body: &text }, Again::Harmful)?
            }
        };
        let comment: Comment = self.client.send(request).await?.read("a comment")?;
        Ok(comment.id)
    }

    async fn find_comment(&self, repo: &str, number: u64, mark: &str) -> Result<Option<Comment>, ForgeError> {
        for page in 1..=PAGES {
            let mut url = self.client.repo_url(repo, &["issues", &number.to_string(), "comments"])?;
            url.query_pairs_mut()
                .append_pair("per_page", &PER_PAGE.to_string())
                .append_pair("page", &page.to_string());
            let comments: Vec<Comment> = self.client.get(url, "comments").await?;
            let last = comments.len() < PER_PAGE;
            for comment in comments {
                if comment.body.as_deref().is_some_and(|body| body.starts_with(mark))
                    && self.ours(&comment).await?
                {
                    return Ok(Some(comment));
                }
            }
            if last {
                break;
            }
        }
        Ok(None)
    }

    async fn ours(&self, comment: &Comment) -> Result<bool, ForgeError> {
        let own = self
            .client
            .own_login
            .get_or_try_init(|| async {
                match self.identity().await {
                    Ok(login) => Ok(Some(login)),
                    Err(ForgeError::Forbidden) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .await?;
        Ok(comment.user.as_ref().is_some_and(|user| match own {
            Some(login) => user.login == *login,
            None => user.r#type == "Bot",
        }))
    }
}
