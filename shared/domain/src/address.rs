//! Where a webhook may be sent: never to an address inside of somebody's network, ours first of all.
//!
//! Two questions, both pure. [`Destination::judge`] reads a URL when it is registered; [`Allow::permits`] looks at the
//! address that a connection is really about to be made to, because a name may mean another address by then. Only
//! `judge` can make a [`Destination`].
//!
//! An allow-list opens networks that are not public (a subscriber on loopback or in a VPC). It never opens metadata
//! services, nor the port of Lambda's runtime API: both hand out what a function's role may do.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use url::{Host, Url};

#[cfg(test)]
mod tests;

/// The longest URL that is taken, in bytes.
pub const LONGEST: usize = 2048;
/// The longest name of a host, without the dot at its end (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;
/// Lambda's runtime API listens here on loopback.
const RUNTIME_API_PORT: u16 = 9001;

/// A URL that may be sent to, as far as its text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination(Url);

/// Why a URL or an address is not sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the URL is longer than 2048 bytes")]
    Long,
    #[error(
        "the URL cannot be read: it must be absolute, with a host's name or address, and without spaces or backslashes"
    )]
    Form,
    #[error("the URL must begin with https:// or http://")]
    Scheme,
    #[error("the URL must not hold a user name or a password: use headers")]
    Credentials,
    #[error("the URL must not hold a fragment: it is never sent")]
    Fragment,
    #[error("the host must be a public name or address")]
    Inside,
    #[error("the port is not one that may be sent to")]
    Port,
    #[error("the port must be a number, 1 to 65535")]
    NoPort,
}

/// Networks that are not public and may be sent to all the same. Empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow(Vec<IpNet>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no network: write them as 127.0.0.0/8,::1/128")]
pub struct NoNetwork(String);

impl FromStr for Allow {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        words
            .map(|word| word.parse().map_err(|_| NoNetwork(word.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Allow {
    /// Whether a connection may be made to this very address and port.
    pub fn permits(&self, ip: IpAddr, port: u16) -> Result<(), Refused> {
        let ip = plain(ip);
        if port == 0 {
            return Err(Refused::Port);
        }
        if is_metadata(ip) {
            return Err(Refused::Inside);
        }
        if is_public(ip) {
            return Ok(());
        }
        if !self.0.iter().any(|net| net.contains(&ip)) {
            return Err(Refused::Inside);
        }
        if port == RUNTIME_API_PORT { Err(Refused::Port) } else { Ok(()) }
    }
}

impl Destination {
    /// Reads a URL as browsers do, so that every spelling of an address is that address, and judges it.
    pub fn judge(text: &str, allow: &Allow) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::Long);
        }
        // The URL standard drops tabs and line ends and turns backslashes: what we judge must be what was written.
        if text.bytes().any(|b| b <= b' ' || b == 0x7f || b == b'\\') {
            return Err(Refused::Form);
        }
        let form =
            |error| if error == url::ParseError::InvalidPort { Refused::NoPort } else { Refused::Form };
        let url = Url::parse(text).map_err(form)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(Refused::Scheme);
        }
        // `https:example.com` is read as if it had its slashes; other readers disagree.
        if !text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://")) {
            return Err(Refused::Form);
        }
        if text.contains('@') && !(url.username().is_empty() && url.password().is_none())
            || text.split(['/', '?', '#']).nth(2).is_some_and(|authority| authority.contains('@'))
        {
            return Err(Refused::Credentials);
        }
        if url.fragment().is_some() {
            return Err(Refused::Fragment);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        match url.host().ok_or(Refused::Form)? {
            Host::Ipv4(ip) => allow.permits(ip.into(), port)?,
            Host::Ipv6(ip) => allow.permits(ip.into(), port)?,
            Host::Domain(name) => judge_name(name, port, allow)?,
        }
        Ok(Self(url))
    }

    pub fn url(&self) -> &Url {
        &self.0
    }

    /// As it is kept: the standard's spelling of what was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Names that never mean a public host (RFC 6761, 6762, 8375, ICANN's `internal`), and names without a dot, which a
/// search list would complete.
const INSIDE: [&str; 11] = [
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "lan",
    "home",
    "home.arpa",
    "localdomain",
    "test",
    "invalid",
];

fn judge_name(name: &str, port: u16, allow: &Allow) -> Result<(), Refused> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() > LONGEST_NAME || !name.split('.').all(is_label) {
        return Err(Refused::Form);
    }
    let below = |zone: &str| name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
    if below("localhost") {
        return allow.permits(Ipv4Addr::LOCALHOST.into(), port);
    }
    if !name.contains('.') || INSIDE.into_iter().any(below) {
        return Err(Refused::Inside);
    }
    // A resolver sees no port: where some inside addresses are open, a name must not lead to the runtime API behind one.
    let closed = port == 0 || (port == RUNTIME_API_PORT && !allow.0.is_empty());
    if closed { Err(Refused::Port) } else { Ok(()) }
}

/// What may stand between the dots of a host's name (RFC 1123, 2.1; and `_`, which some have).
fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// An IPv4 address in IPv6's clothes, undressed.
fn plain(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => embedded(v6).map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// The IPv4 address that a mapped (`::ffff:`), compatible (`::`) or translated (`64:ff9b::`, RFC 6052) address reaches.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = ip.segments();
    let v4 = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(v4),
        (0, 0, 0, 0, 0, 0) if high != 0 => Some(v4),
        _ => None,
    }
}

/// Whether an address belongs to the public internet (IANA's special-purpose registries for IPv4 and IPv6).
pub fn is_public(ip: IpAddr) -> bool {
    match plain(ip) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        // This network, private, loopback, multicast, reserved, broadcast.
        (0 | 10 | 127 | 224..=255, _, _) => true,
        // Shared by providers.
        (100, 64..=127, _) => true,
        (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Protocols, documentation, 6to4 relays, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    !special && !is_metadata(ip.into())
}

/// Only global unicast (`2000::/3`), less what is carved out of it: protocols and Teredo (`2001::/23`), documentation,
/// 6to4 (`2002::/16`), which would reach whatever IPv4 address it holds.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = a & 0xe000 == 0x2000;
    let carved = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    global && !carved
}

/// Where a cloud hands out credentials and settings: all of link-local, and what lies elsewhere.
fn is_metadata(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || [
                    Ipv4Addr::new(100, 100, 100, 200),
                    Ipv4Addr::new(168, 63, 129, 16),
                    Ipv4Addr::new(192, 0, 0, 192),
                ]
                .contains(&v4)
        }
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            // EC2's and Google's services have addresses among the private ones.
            a & 0xffc0 == 0xfe80 || (a, b) == (0xfd00, 0x0ec2) || (a, b) == (0xfd20, 0x00ce)
        }
    }
}
