//! What connects processes: local sockets, or memory in tests.

mod memory;
mod unix;

use std::io;
use std::pin::Pin;

use stormcell_acking::WorkerIncarnation;
use tokio::io::{AsyncRead, AsyncWrite};

pub use memory::{MemoryEndpoint, MemoryNetwork};
pub use unix::UnixNetwork;

/// Who listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// The supervisor, for its workers.
    Supervisor,
    /// A worker, for other workers of its topology.
    Worker {
        /// The topology.
        topology: String,
        /// Which worker, and which run of it.
        worker: WorkerIncarnation,
    },
}

/// A connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// The future of an operation on a network.
pub type Operation<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// Makes connections.
pub trait Network: Send + Sync + 'static {
    /// Connects. [`io::ErrorKind::ConnectionRefused`] and [`io::ErrorKind::NotFound`]
    /// mean that nobody listens there: for an incarnation that has listened before,
    /// that it is dead.
    fn connect(&self, to: Address) -> Operation<'_, Box<dyn Stream>>;
    /// Listens. What is left of an earlier listener at the same address is removed.
    fn listen(&self, at: Address) -> Operation<'_, Box<dyn Listener>>;
}

/// Takes connections.
pub trait Listener: Send + Sync + 'static {
    /// The next connection.
    fn accept(&mut self) -> Operation<'_, Box<dyn Stream>>;
}
