//! How a supervisor is set up, and why it does not start.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stormcell_links::Network;
use stormcell_protocol::DataDir;
use stormcell_sandbox::{Sandbox, Secrets};
use stormcell_worker::machine_memory;

use crate::components::SignaturePolicy;
use crate::processes::Processes;
use crate::store::StoreError;

/// How a supervisor is set up.
#[derive(Clone)]
pub struct SupervisorConfig {
    /// The folder that it serves. Made if it is missing.
    pub data: DataDir,
    /// What connects it with its workers.
    pub network: Arc<dyn Network>,
    /// What starts and ends its workers.
    pub processes: Arc<dyn Processes>,
    /// What loads component files to have them describe themselves. Give it
    /// [`DataDir::cache`], which workers use as well.
    pub sandbox: Sandbox,
    /// Whether workers go on when the supervisor ends: see
    /// [`crate::Supervisor::shutdown`].
    pub keep_workers: bool,
    /// Bytes that the tasks of one worker may use together. A topology, or a change of
    /// one, that has a worker with more is refused.
    pub worker_memory: u64,
    /// Where the secrets are found that workers have. A topology that refers to one that is
    /// not there is refused.
    pub secrets: Secrets,
    /// Whose component files are run.
    pub signatures: SignaturePolicy,
}

impl SupervisorConfig {
    /// A supervisor whose workers end with it, and may each use the memory of the machine
    /// ([`machine_memory`]) and have its environment, with the secrets in it. Signatures are
    /// not asked for.
    pub fn new(
        data: DataDir,
        network: Arc<dyn Network>,
        processes: Arc<dyn Processes>,
        sandbox: Sandbox,
    ) -> Self {
        Self {
            data,
            network,
            processes,
            sandbox,
            keep_workers: false,
            worker_memory: machine_memory(),
            secrets: Secrets::of_process(),
            signatures: SignaturePolicy::default(),
        }
    }
}

/// The time of day of this machine, since 1970; 0 before that.
pub(crate) fn unix_time() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Why a supervisor does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder cannot be made, is not a folder, or cannot be written to.
    #[error("cannot use the data folder {}: {reason}", path.display())]
    Data {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// Another supervisor serves the folder.
    #[error(
        "another supervisor (process {process}) serves the data folder {}: stop it first, or give another folder with --data",
        path.display()
    )]
    Served {
        /// The folder.
        path: PathBuf,
        /// The process id of the other, or `unknown`.
        process: String,
    },
    /// The store of topologies cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The workers cannot be listened to.
    #[error("cannot listen for workers in {}: {source}", folder.display())]
    Listen {
        /// The folder of the local sockets.
        folder: PathBuf,
        /// The reason of the operating system.
        source: io::Error,
    },
}
