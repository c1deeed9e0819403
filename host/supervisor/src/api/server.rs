//! Listening, and the end of it.

use std::fs;
use std::future::Future;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit};
use stormcell_protocol::DataDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::connections::Bounds;
use super::token::Token;
use super::{ApiError, Backend, connections, routes};

/// How long requests may take to end once the API is to end.
const GRACE: Duration = Duration::from_secs(5);

/// Where the API is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiConfig {
    /// The address to listen at; port 0 is any that is free. Anything but a loopback
    /// address lets other machines in, and the token is not encrypted on its way.
    pub bind: SocketAddr,
}

/// What handlers know.
#[derive(Clone)]
pub struct ApiState {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) data: DataDir,
    pub(super) token: Token,
    pub(super) started: Instant,
    /// Cancelled when the API is to end: answers that go on for as long as the client
    /// wants end then.
    pub(super) ending: CancellationToken,
}

/// The HTTP API, listening. Clients that connect before [`Api::serve`] wait for it.
pub struct Api {
    pub(super) listener: TcpListener,
    address: SocketAddr,
    pub(super) state: ApiState,
}

impl Api {
    /// Starts to listen, and writes the address into the data folder, which must be there
    /// and be served by this process only.
    ///
    /// # Errors
    ///
    /// If the token of the data folder cannot be used, or the address cannot be.
    pub async fn bind(
        backend: Arc<dyn Backend>,
        data: DataDir,
        config: ApiConfig,
    ) -> Result<Self, ApiError> {
        let token = Token::of(&data)?;
        let listen = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => ApiError::InUse {
                address: config.bind,
            },
            _ => ApiError::Listen {
                address: config.bind,
                source,
            },
        };
        let listener = TcpListener::bind(config.bind).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        if !address.ip().is_loopback() {
            tracing::warn!(
                "the HTTP API listens at {address}, which other machines may reach, and whoever \
                 listens on the way can read the token: put a proxy with TLS before it"
            );
        }
        write_url(&data.url(), address).map_err(|source| ApiError::Url {
            path: data.url(),
            source,
        })?;
        Ok(Self {
            listener,
            address,
            state: ApiState {
                backend,
                data,
                token,
                started: Instant::now(),
                ending: CancellationToken::new(),
            },
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for clients on this machine.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Answers requests until `shutdown` is ready. Then nobody new is let in, followers
    /// of logs are told the end, and requests have five seconds to end. The address is
    /// taken out of the data folder.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let Self {
            listener, state, ..
        } = self;
        let url = state.data.url();
        let ending = state.ending.clone();
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let bounds = Bounds::of_process(files);
        let served = connections::serve(listener, routes::app(state), ending.clone(), bounds);
        let ended = async {
            shutdown.await;
            ending.cancel();
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = served => {}
            () = ended => {}
        }
        // The lock of the data folder, not this file, says whether it is served: that
        // it may stay behind is no harm.
        let _ = fs::remove_file(url);
    }
}

/// Where clients on this machine find it.
fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    format!("http://{address}")
}

/// Clients read the file at any time, so it is there as a whole or not at all.
fn write_url(path: &Path, address: SocketAddr) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", url(address))?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
