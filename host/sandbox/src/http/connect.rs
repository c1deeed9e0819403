//! From a server to a connection: its name is looked up, its addresses are checked, and
//! one of them is connected to, which is not looked up again.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use stormcell_topology::{Host, HttpScheme, Server};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::rustls::pki_types::ServerName;
use wasmtime_wasi_http::Error;

use super::Caller;
use super::address::not_public;
use super::pace::Paced;

/// Addresses of a name that are tried.
const TRIED: usize = 8;

/// What bytes come and go over.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connection for S {}

impl Caller {
    /// A connection to this server, made until then.
    pub(super) async fn connect(
        &self,
        server: &Server,
        until: Instant,
    ) -> Result<Box<dyn Connection>, Error> {
        let found = timeout_at(until, self.addresses(server)).await;
        let addresses = found.map_err(|_| Error::DnsTimeout)??;
        let addresses = self.permitted(server, addresses)?;
        let stream = open(&addresses, server.port, until).await?;
        // Requests are written as a whole.
        let _ = stream.set_nodelay(true);
        let stream = Paced::new(stream, Arc::clone(&self.usage.http_bytes));
        if server.scheme == HttpScheme::Http {
            return Ok(Box::new(stream));
        }
        let name = match &server.host {
            Host::Name(name) => ServerName::try_from(name.clone())
                .map_err(|error| Error::Tls(io::Error::other(error)))?,
            Host::Address(address) => ServerName::IpAddress((*address).into()),
        };
        let secured = timeout_at(until, self.client.tls.connect(name, stream)).await;
        let secured = secured.map_err(|_| Error::ConnectionTimeout)?;
        Ok(Box::new(secured.map_err(Error::Tls)?))
    }

    /// All addresses of a server.
    async fn addresses(&self, server: &Server) -> Result<Vec<IpAddr>, Error> {
        let name = match &server.host {
            Host::Address(address) => return Ok(vec![*address]),
            Host::Name(name) => name.clone(),
        };
        let unknown = |error: &dyn std::fmt::Display| Error::DnsError {
            rcode: Some(error.to_string()),
            info_code: None,
        };
        let lookup = Arc::clone(&self.usage.lookups).acquire_owned().await;
        let lookup = lookup.map_err(|error| unknown(&error))?;
        let client = Arc::clone(&self.client);
        let found = tokio::task::spawn_blocking(move || {
            let found = client.resolver.resolve(&name);
            // Not before: the thread is taken even if nobody waits for it any more.
            drop(lookup);
            found
        });
        let found = found.await.map_err(|error| unknown(&error))?;
        found.map_err(|error| unknown(&error))
    }

    /// Those of the addresses that may be connected to.
    fn permitted(&self, server: &Server, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, Error> {
        let mut refused = None;
        let mut permitted = Vec::new();
        for address in found {
            let address = address.to_canonical();
            match not_public(address) {
                Some(kind) if !self.grant.names(server, address) => {
                    refused = refused.or(Some((address, kind)));
                }
                _ => permitted.push(address),
            }
        }
        permitted.truncate(TRIED);
        match refused {
            _ if !permitted.is_empty() => Ok(permitted),
            Some((address, kind)) => {
                self.notes.add(format!(
                    "the request to `{server}` was refused: {address} is an address {kind}; if \
                     it may be called, grant its network in `grants.http.networks`"
                ));
                Err(Error::DestinationIpProhibited)
            }
            None => Err(Error::DestinationNotFound),
        }
    }
}

/// The first of these addresses that answers. Each has an equal part of the time that is
/// left.
async fn open(addresses: &[IpAddr], port: u16, until: Instant) -> Result<TcpStream, Error> {
    let mut last = Error::DestinationNotFound;
    for (i, address) in addresses.iter().enumerate() {
        let others = u32::try_from(addresses.len() - i).unwrap_or(u32::MAX);
        let now = Instant::now();
        let part = now + until.saturating_duration_since(now) / others;
        match timeout_at(part, TcpStream::connect(SocketAddr::new(*address, port))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Error::Connect(error),
            Err(_) => last = Error::ConnectionTimeout,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Condvar, Mutex};

    use stormcell_topology::{HttpGrant, Limits};

    use super::super::client::{Client, HttpConfig, Resolve, Resolver};
    use super::*;
    use crate::task_usage::{LOOKUPS, TaskUsage};

    /// Answers nobody until it is let.
    #[derive(Default)]
    struct Slow {
        begun: AtomicUsize,
        may: Mutex<bool>,
        told: Condvar,
    }

    impl Resolve for Slow {
        fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            self.begun.fetch_add(1, Ordering::SeqCst);
            let may = self.may.lock().unwrap();
            drop(self.told.wait_while(may, |may| !*may).unwrap());
            Ok(vec![])
        }
    }

    /// The lookups of a task are counted together, whatever becomes of its instances.
    #[tokio::test]
    async fn names_are_looked_up_a_few_at_a_time() {
        let slow = Arc::new(Slow::default());
        let config = HttpConfig {
            resolver: Resolver::Other(Arc::clone(&slow) as Arc<dyn Resolve>),
            authorities: Vec::new(),
        };
        let client = Arc::new(Client::new(&config).unwrap());
        let notes = Arc::default();
        let (grant, limits) = (HttpGrant::default(), Limits::default());
        let usage = TaskUsage::new(&limits);
        let server = Server::parse(HttpScheme::Http, "slow.example").unwrap();
        let mut lookups = Vec::new();
        for given_up in [true, false] {
            for _ in 0..LOOKUPS {
                // Each instance has a caller of its own.
                let caller = Caller::new(&grant, &limits, &client, &usage, &notes);
                let server = server.clone();
                let lookup = tokio::spawn(async move { caller.addresses(&server).await });
                match given_up {
                    // The system goes on all the same.
                    true => {
                        let begun = slow.begun.load(Ordering::SeqCst);
                        while slow.begun.load(Ordering::SeqCst) == begun {
                            tokio::task::yield_now().await;
                        }
                        lookup.abort();
                    }
                    false => lookups.push(lookup),
                }
            }
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(slow.begun.load(Ordering::SeqCst), LOOKUPS);
        *slow.may.lock().unwrap() = true;
        slow.told.notify_all();
        for lookup in lookups {
            assert!(lookup.await.unwrap().unwrap().is_empty());
        }
        assert_eq!(slow.begun.load(Ordering::SeqCst), 2 * LOOKUPS);
    }
}
