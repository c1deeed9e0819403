//! A server as a request names it: scheme, host and port.
//!
//! Read strictly, so that what is compared with a grant is what is connected to: a host is
//! a name of letters, digits, `-` and `_`, or an address in its usual form. Numbers that
//! some resolvers take for addresses (`127.1`, `0x7f000001`) are neither.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How a server is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpScheme {
    /// Over TLS.
    Https,
    /// In plain.
    Http,
}

impl HttpScheme {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Https, Self::Http];

    /// As it is written in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    /// The port where none is written.
    pub const fn port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

impl fmt::Display for HttpScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name in lower case, without a dot at its end.
    Name(String),
    /// An address. One of IPv4 that is written as one of IPv6 is the one of IPv4.
    Address(IpAddr),
}

/// As in a URL: an address of IPv6 in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// A server that a request goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// How it is talked to.
    pub scheme: HttpScheme,
    /// Where it is.
    pub host: Host,
    /// Its port.
    pub port: u16,
}

/// Why a text is not a host and perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// There is no host.
    #[error("the host is missing")]
    NoHost,
    /// A name or a password stands before the host.
    #[error("it holds credentials (what is before `@`)")]
    Credentials,
    /// What follows the host is no port.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// An address of IPv6 is not in brackets, or what is in them is none.
    #[error("an address of IPv6 is written in brackets, as `[2001:db8::1]`")]
    Ipv6,
    /// A number that may be taken for an address, in no usual form.
    #[error("an address of IPv4 is written as four decimal numbers, as `10.0.0.5`")]
    Ipv4,
    /// A name with other letters than those of ASCII.
    #[error("a name is written in ASCII letters: `xn--…` for others")]
    NotAscii,
    /// Another character that a name cannot have, or a part that is empty or too long.
    #[error(
        "a name is made of letters, digits, `-` and `_`, in parts of at most 63 with dots between \
         them, 253 in all"
    )]
    Name,
}

/// The longest name, and the longest part of one (RFC 1035, 2.3.4).
const NAME: usize = 253;
const PART: usize = 63;

impl Server {
    /// The server of a URL with this scheme and what is between `://` and the path: a
    /// host, and perhaps a port.
    ///
    /// # Errors
    /// Why it is not that.
    pub fn parse(scheme: HttpScheme, authority: &str) -> Result<Self, ServerError> {
        if authority.contains('@') {
            return Err(ServerError::Credentials);
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (address, after) = rest.split_once(']').ok_or(ServerError::Ipv6)?;
                let address: Ipv6Addr = address.parse().map_err(|_| ServerError::Ipv6)?;
                let address = IpAddr::V6(address).to_canonical();
                (Host::Address(address), after)
            }
            None => {
                let end = authority.find(':').unwrap_or(authority.len());
                let (name, after) = authority.split_at(end);
                if after.get(1..).is_some_and(|after| after.contains(':')) {
                    return Err(ServerError::Ipv6);
                }
                (host(name)?, after)
            }
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => scheme.port(),
            None => return Err(ServerError::Port),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or(ServerError::Port)?,
            Some(_) => return Err(ServerError::Port),
        };
        Ok(Self { scheme, host, port })
    }
}

/// As in a URL, the port always.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

/// A name, or an address of IPv4.
fn host(text: &str) -> Result<Host, ServerError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Err(ServerError::NoHost);
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok(Host::Address(IpAddr::V4(address)));
    }
    if !name.is_ascii() {
        return Err(ServerError::NotAscii);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_part = |part: &str| (1..=PART).contains(&part.len()) && part.bytes().all(allowed);
    if name.len() > NAME || !name.split('.').all(is_part) {
        return Err(ServerError::Name);
    }
    // No name of the public Internet ends in a number, and resolvers take such a text for
    // an address.
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) || is_hexadecimal(last) {
        return Err(ServerError::Ipv4);
    }
    Ok(Host::Name(name.to_ascii_lowercase()))
}

fn is_hexadecimal(part: &str) -> bool {
    part.strip_prefix("0x")
        .or_else(|| part.strip_prefix("0X"))
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
