//! The servers and networks of an HTTP grant.

use ipnet::IpNet;

use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::Entry;
use crate::model::{AllowedHost, HostError, ServerError};
use crate::source::Document;

pub(super) fn check(document: &Document, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    let Some(http) = &entry.grants.http else {
        return;
    };
    let at = entry.at.key("grants").key("http");
    for (i, host) in http.hosts.iter().enumerate() {
        if let Err(error) = host.parse::<AllowedHost>() {
            let span = document.span(&at.key("hosts").index(i));
            let message = format!("{} names no server: {error}", quoted(host));
            let help = match error {
                HostError::Server(ServerError::Credentials) => {
                    "what the component needs to be let in belongs into its `config`"
                }
                _ => {
                    "write a scheme, a host and, if need be, a port, as \
                     `https://api.example.org` or `http://*.internal.example:8080`"
                }
            };
            found.push(Diagnostic::new(Code::BadHost, span, message).help(help));
        }
    }
    for (i, network) in http.networks.iter().enumerate() {
        let (fault, help) = match network.parse::<IpNet>() {
            Ok(parsed) if parsed == parsed.trunc() => continue,
            Ok(parsed) => (
                "it has bits after its prefix",
                format!("the network of this address is `{}`", parsed.trunc()),
            ),
            Err(_) => (
                "it is not an address, a `/` and the length of a prefix",
                "write `10.1.0.0/16` or, for one address, `10.1.0.5/32`".to_owned(),
            ),
        };
        let span = document.span(&at.key("networks").index(i));
        let message = format!("{} is no network: {fault}", quoted(network));
        found.push(Diagnostic::new(Code::BadHost, span, message).help(help));
    }
}
