//! What all topologies of a supervisor share.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use stormcell_coordinator::Now;
use stormcell_protocol::DataDir;
use stormcell_protocol::api::Problem;
use stormcell_sandbox::Secrets;
use tokio::time::Instant;

use crate::blocking::blocking;
use crate::components::Components;
use crate::data::DataFolder;
use crate::processes::Processes;
use crate::store::Store;
use crate::topologies::Topologies;
use crate::{problem, submissions};

/// What all topologies of a supervisor share.
pub(crate) struct Context {
    pub(crate) data: DataDir,
    pub(crate) store: Store,
    pub(crate) components: Components,
    pub(crate) processes: Arc<dyn Processes>,
    pub(crate) topologies: Arc<Topologies>,
    pub(crate) clock: Clock,
    /// Bytes that the tasks of one worker may be promised.
    pub(crate) worker_memory: u64,
    /// Where the secrets are found that workers have.
    pub(crate) secrets: Secrets,
    /// The lock of the data folder, held for as long as anything may write to it.
    pub(crate) served: Mutex<Option<DataFolder>>,
}

impl Context {
    /// There is no topology with this name, but others.
    pub(crate) fn no_topology(&self, name: &str) -> Problem {
        let known = self.topologies.all();
        problem::no_topology(name, known.iter().map(|topology| topology.name()))
    }

    /// Removes logs of submissions that have ended, if there are too many. That they stay
    /// hurts nobody, so it is only logged.
    pub(crate) async fn keep_logs_within(&self) {
        let (data, current) = (self.data.clone(), self.topologies.submissions());
        let kept = blocking(move || {
            submissions::keep_within(&data, &current, submissions::Bounds::default())
        });
        if let Err(error) = kept.await.map_err(io::Error::other).flatten() {
            tracing::warn!(%error, "old logs cannot be removed");
        }
    }

    /// Closes the store, and gives the data folder up.
    pub(crate) async fn close(&self) {
        self.store.close().await;
        self.served.lock().take();
    }
}

/// Time. Only the monotonic clock, which no one can set, decides anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    beginning: Instant,
    unix: fn() -> Duration,
}

impl Clock {
    /// A clock that begins now, with this time of day for people.
    pub(crate) fn new(unix: fn() -> Duration) -> Self {
        Self {
            beginning: Instant::now(),
            unix,
        }
    }

    /// The time of day in milliseconds since 1970, for people.
    pub(crate) fn unix_ms(&self) -> u64 {
        u64::try_from((self.unix)().as_millis()).unwrap_or(u64::MAX)
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Now {
        Now {
            mono: self.beginning.elapsed(),
            unix: (self.unix)().as_secs(),
        }
    }
}
