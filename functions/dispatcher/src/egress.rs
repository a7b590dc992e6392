//! The one way out: an HTTP client that reaches public addresses, those that the deployment allows, and no others.
//!
//! A URL is judged by its text before each attempt. What a name means is judged when a connection is about to be made, by
//! the resolver that the client itself connects with: the addresses judged are the addresses connected to, so a name that
//! means another address a moment later gains nothing. No redirects, no proxy, no cookies.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use quartet_domain::address::{Allow, Destination, Refused};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What a look-up of a name is going to find.
type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// A client for all endpoints.
#[derive(Clone, Debug)]
pub struct Egress {
    http: reqwest::Client,
    allow: Allow,
}

impl Egress {
    /// Looks names up as the system does.
    pub fn new(allow: Allow) -> Self {
        Self::looking_up(allow, system)
    }

    fn looking_up(allow: Allow, look_up: fn(String) -> Found) -> Self {
        let guard = Guard { allow: allow.clone(), look_up };
        #[expect(clippy::expect_used, reason = "no client is better than one that is not guarded")]
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(guard))
            .connect_timeout(Duration::from_secs(10))
            .user_agent(concat!("Quartet/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("constant settings make a client");
        Self { http, allow }
    }

    /// A POST to `url`, unless its text says that it may not be sent to.
    pub(crate) fn post(&self, url: &str) -> Result<reqwest::RequestBuilder, Refused> {
        let destination = Destination::judge(url, &self.allow)?;
        Ok(self.http.post(destination.url().clone()))
    }
}

/// A name that means no address.
#[derive(Debug, thiserror::Error)]
#[error("the name means no address")]
struct NoAddress;

/// The class of a request's failure. The error's own words may hold the URL, which may hold a secret.
pub(crate) fn class(error: &reqwest::Error) -> &'static str {
    if has_cause(error, |cause| cause.is::<Refused>()) {
        "inside_address"
    } else if error.is_timeout() {
        "timed_out"
    } else if error.is_connect() {
        let is = |kind| {
            has_cause(error, move |cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == kind))
        };
        if has_cause(error, |cause| cause.is::<NoAddress>()) {
            "unknown_host"
        } else if is(io::ErrorKind::ConnectionRefused) {
            "connection_refused"
        } else if is(io::ErrorKind::InvalidData) {
            // What the handshake met is no TLS, or a certificate that is not good for the host.
            "tls_failed"
        } else {
            "no_connection"
        }
    } else if error.is_builder() {
        "bad_address"
    } else {
        "broken_off"
    }
}

fn has_cause(error: &reqwest::Error, is: impl Fn(&(dyn Error + 'static)) -> bool) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        if is(cause) {
            return true;
        }
        // An `io::Error` passes over what it holds.
        let held = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = held.map(|held| held as &(dyn Error + 'static)).or_else(|| cause.source());
    }
    false
}

struct Guard {
    allow: Allow,
    look_up: fn(String) -> Found,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.look_up)(name.as_str().to_owned());
        let allow = self.allow.clone();
        Box::pin(async move {
            let found = found.await.map_err(|_| NoAddress)?;
            let permitted = permitted(&allow, found)?;
            if permitted.is_empty() {
                return Err(NoAddress.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// Those of the addresses that may be connected to. The port is the URL's, and judged with it.
fn permitted(allow: &Allow, found: Vec<IpAddr>) -> Result<Vec<SocketAddr>, Refused> {
    let open = |ip: &IpAddr| allow.permits(*ip, 443).is_ok();
    let inside = found.iter().any(|ip| !open(ip));
    let permitted: Vec<_> = found.into_iter().filter(open).map(|ip| SocketAddr::new(ip, 0)).collect();
    if permitted.is_empty() && inside { Err(Refused::Inside) } else { Ok(permitted) }
}

fn system(name: String) -> Found {
    Box::pin(async move {
        let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    })
}

#[cfg(test)]
mod tests;
