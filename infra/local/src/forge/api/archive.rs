//! Archives: a redirect, then a real `git archive`, streamed.

use std::process::Stdio;

use anyhow::Context;
use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::stream;
use tokio::{io::AsyncReadExt, process::Child};

use super::{Answer, Shared};
use crate::forge::{refusal::Refusal, state::Hub};

pub(super) fn routes() -> Router<std::sync::Arc<Hub>> {
    Router::new()
        .route("/repos/{owner}/{repo}/tarball", get(redirect_to_head))
        .route("/repos/{owner}/{repo}/tarball/{*revision}", get(redirect))
        .route("/codeload/{owner}/{repo}/{key}/{sha}", get(send))
}

async fn redirect_to_head(state: Shared, Path((owner, repo)): Path<(String, String)>) -> Answer {
    redirect(state, Path((owner, repo, "HEAD".to_owned()))).await
}

async fn redirect(
    State(hub): Shared,
    Path((owner, repo, revision)): Path<(String, String, String)>,
) -> Answer {
    let repo = hub.known(&owner, &repo)?;
    let sha = hub.git.commit(&repo, &revision).await?.ok_or_else(Refusal::not_found)?;
    let address = format!("{}/codeload/{repo}/legacy.tar.gz/{sha}", hub.url);
    let address = HeaderValue::from_str(&address).map_err(|_| Refusal::not_found())?;
    Ok((StatusCode::FOUND, [(header::LOCATION, address)]).into_response())
}

/// The address is open to whoever has it, as the real one is while it lives.
async fn send(
    State(hub): Shared,
    Path((owner, repo, _, sha)): Path<(String, String, String, String)>,
) -> Answer {
    let full_name = hub.known(&owner, &repo)?;
    let sha = hub.git.commit(&full_name, &sha).await?.ok_or_else(Refusal::not_found)?;
    let prefix = format!("--prefix={owner}-{repo}-{sha}/");
    let mut command = hub.git.command(&hub.git.dir(&full_name));
    command.args(["archive", "--format=tar.gz", &prefix, &sha]).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().context("cannot run git archive")?;
    let mut response = Response::new(Body::from_stream(stream::unfold(child, next)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-gzip"));
    Ok(response)
}

/// The next piece of what the child writes. A child that fails breaks the connection: half an archive is no archive.
async fn next(mut child: Child) -> Option<(std::io::Result<Vec<u8>>, Child)> {
    let mut piece = vec![0; 64 << 10];
    let read = match child.stdout.as_mut() {
        Some(stdout) => stdout.read(&mut piece).await,
        None => Ok(0),
    };
    match read {
        Ok(0) => match child.wait().await {
            Ok(status) if status.success() => None,
            Ok(_) if child.stdout.take().is_some() => {
                Some((Err(std::io::Error::other("git archive failed")), child))
            }
            _ => None,
        },
        Ok(length) => {
            piece.truncate(length);
            Some((Ok(piece), child))
        }
        Err(error) => Some((Err(error), child)),
    }
}
