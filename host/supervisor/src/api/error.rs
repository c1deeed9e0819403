//! Why the HTTP API cannot be offered.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the HTTP API cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The token cannot be used.
    #[error("cannot use the token in {}: {reason}", path.display())]
    Token {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// Somebody else listens at the address.
    #[error(
        "{address} is in use: another program, perhaps another `stormcell serve`, listens there; \
         give another address with --bind, or port 0 for any that is free"
    )]
    InUse {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}; give another address with --bind")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Clients cannot be told the address.
    #[error("cannot write the address of the API to {}: {source}", path.display())]
    Url {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
