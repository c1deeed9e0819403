//! Which servers a component may call over HTTP.
//!
//! A grant names servers by scheme, host and port, and says nothing of the addresses that
//! a name leads to. Addresses that are not of the public Internet are refused by the host,
//! whatever name leads there, except those that the grant names: as the host itself
//! (`http://10.0.0.5`) or in `networks`.

mod server;

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Serialize, Serializer};

pub use server::{Host, HttpScheme, Server, ServerError};

/// What a component may reach over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HttpGrant {
    /// The servers that it may call.
    pub hosts: Vec<AllowedHost>,
    /// Networks that are not public, in which a name of `hosts` may lie.
    #[serde(serialize_with = "as_text")]
    pub networks: Vec<IpNet>,
}

impl HttpGrant {
    /// The most entries of each of its lists.
    pub const MAX_ENTRIES: usize = 256;

    /// Whether this server may be called, if its address may be connected to.
    pub fn allows(&self, server: &Server) -> bool {
        self.hosts.iter().any(|allowed| allowed.is(server))
    }

    /// Whether this address of that server is named by the grant, which it must be if it
    /// is not public.
    pub fn names(&self, server: &Server, address: IpAddr) -> bool {
        // A server that is called by its address has no other one.
        server.host == Host::Address(address) && self.allows(server)
            || self
                .networks
                .iter()
                .any(|network| network.contains(&address))
    }
}

/// Servers that may be called: `https://api.example.org`, `http://*.example.org:8080`,
/// `https://*` or `http://10.0.0.5`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AllowedHost {
    scheme: HttpScheme,
    host: Pattern,
    port: u16,
}

/// The hosts of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pattern {
    /// Every name, and no address.
    AnyName,
    /// Every name that ends in this one, and not this one itself.
    Under(String),
    /// This name, or this address.
    One(Host),
}

impl AllowedHost {
    /// Whether this server is one of them.
    pub fn is(&self, server: &Server) -> bool {
        (self.scheme, self.port) == (server.scheme, server.port)
            && match (&self.host, &server.host) {
                (Pattern::AnyName, Host::Name(_)) => true,
                (Pattern::Under(parent), Host::Name(name)) => name
                    .strip_suffix(parent.as_str())
                    .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
                (Pattern::One(one), host) => one == host,
                (Pattern::AnyName | Pattern::Under(_), Host::Address(_)) => false,
            }
    }
}

/// Why a text names no servers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// It does not begin with a scheme.
    #[error("it does not begin with `https://` or `http://`")]
    Scheme,
    /// It goes on after the host and the port.
    #[error("it goes on after the host: a grant is for all of a host")]
    Path,
    /// A `*` that is not the whole first part.
    #[error("a `*` stands for the whole beginning of a name, as in `*.example.org`")]
    Wildcard,
    /// What is after the scheme names no server.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl FromStr for AllowedHost {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let (scheme, rest) = HttpScheme::ALL
            .into_iter()
            .find_map(|scheme| {
                let rest = text.strip_prefix(scheme.as_str())?.strip_prefix("://")?;
                Some((scheme, rest))
            })
            .ok_or(HostError::Scheme)?;
        // One `/` at the end is how addresses of hosts are copied.
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#']) {
            return Err(HostError::Path);
        }
        let (wild, named) = match authority.strip_prefix('*') {
            None => (false, authority.to_owned()),
            Some(rest) => match rest.strip_prefix('.') {
                Some(parent) => (true, parent.to_owned()),
                None if rest.is_empty() || rest.starts_with(':') => {
                    // Any name will do, to read the port.
                    let server = Server::parse(scheme, &format!("any{rest}"))?;
                    return Ok(Self {
                        scheme,
                        host: Pattern::AnyName,
                        port: server.port,
                    });
                }
                None => return Err(HostError::Wildcard),
            },
        };
        if named.contains('*') {
            return Err(HostError::Wildcard);
        }
        let server = Server::parse(scheme, &named)?;
        let host = match (wild, server.host) {
            (false, host) => Pattern::One(host),
            (true, Host::Name(parent)) => Pattern::Under(parent),
            (true, Host::Address(_)) => return Err(HostError::Wildcard),
        };
        Ok(Self {
            scheme,
            host,
            port: server.port,
        })
    }
}

/// As it is written, the port only if it is not that of the scheme.
impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        match &self.host {
            Pattern::AnyName => f.write_str("*")?,
            Pattern::Under(parent) => write!(f, "*.{parent}")?,
            Pattern::One(host) => write!(f, "{host}")?,
        }
        if self.port == self.scheme.port() {
            return Ok(());
        }
        write!(f, ":{}", self.port)
    }
}

impl Serialize for AllowedHost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// As they are written, `10.1.0.0/16`.
fn as_text<S: Serializer>(networks: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(ToString::to_string))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
