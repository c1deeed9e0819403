//! What the instances of a process share to call servers: who looks up names, and whose
//! certificates are trusted.

use std::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::SandboxError;

/// How the components of a process call servers, if that is granted to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpConfig {
    /// Who looks up names. Default: the system.
    pub resolver: Resolver,
    /// Certificates (DER) of authorities that are trusted besides the public ones.
    pub authorities: Vec<Vec<u8>>,
}

/// Who knows the addresses of a name.
#[derive(Clone, Default)]
pub enum Resolver {
    /// The system: its files, and the servers that it asks.
    #[default]
    System,
    /// Somebody else, who answers at once: for tests.
    Other(Arc<dyn Resolve>),
}

/// Knows the addresses of names.
pub trait Resolve: Send + Sync {
    /// The addresses of this name, best first.
    ///
    /// # Errors
    /// If it has none, or nobody answers.
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

impl Resolver {
    /// The addresses of this name. May take seconds, in which the thread stands still.
    pub(super) fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            // The port plays no part.
            Self::System => Ok((name, 0).to_socket_addrs()?.map(|at| at.ip()).collect()),
            Self::Other(other) => other.resolve(name),
        }
    }
}

impl PartialEq for Resolver {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::System, Self::System) => true,
            (Self::Other(one), Self::Other(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Eq for Resolver {}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Other(_) => "Other",
        })
    }
}

/// What calls are made with.
pub(crate) struct Client {
    pub(super) resolver: Resolver,
    pub(super) tls: TlsConnector,
}

impl Client {
    /// # Errors
    /// If a certificate of an authority is none.
    pub(crate) fn new(config: &HttpConfig) -> Result<Self, SandboxError> {
        let broken = |error: &dyn fmt::Display| SandboxError::Authorities(error.to_string());
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for authority in &config.authorities {
            roots
                .add(CertificateDer::from(authority.as_slice()))
                .map_err(|error| broken(&error))?;
        }
        let mut tls =
            ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| broken(&error))?
                .with_root_certificates(roots)
                .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            resolver: config.resolver.clone(),
            tls: TlsConnector::from(Arc::new(tls)),
        })
    }
}
