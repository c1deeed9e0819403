//! How a worker is set up, how it ends, and why it cannot go on.

use std::fmt;
use std::sync::Arc;

use stormcell_acking::WorkerIncarnation;
use stormcell_dead_letters::Store;
use stormcell_links::Network;
use stormcell_runtime::Output;
use stormcell_sandbox::SandboxError;
use stormcell_state::States;

use crate::{Library, LockError};

/// How a worker is set up.
#[derive(Clone)]
pub struct WorkerConfig {
    /// The topology, by the name it was submitted under.
    pub topology: String,
    /// Which of its workers, and which run of it. Nobody else may be it, and no other
    /// run of this worker may be alive: see [`crate::Lock`].
    pub worker: WorkerIncarnation,
    /// What connects it with its supervisor and with other workers.
    pub network: Arc<dyn Network>,
    /// The component files.
    pub library: Arc<Library>,
    /// Where what components write goes.
    pub output: Arc<dyn Output>,
    /// Where rows are stored that cannot be processed; `None`: they fail.
    pub dead_letters: Option<Store>,
    /// Where tasks keep their values.
    pub state: Arc<dyn States>,
    /// Seeds everything random, together with the incarnation.
    pub seed: u64,
}

impl WorkerConfig {
    /// A seed for this incarnation: two of one topology do not make the same choices.
    pub(crate) fn own_seed(&self) -> u64 {
        let incarnation = u64::from(self.worker.worker) << 32 | u64::from(self.worker.number);
        mixed(self.seed ^ mixed(incarnation))
    }
}

/// Every bit of the result depends on every bit of `x` (the finaliser of SplitMix64).
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl fmt::Debug for WorkerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerConfig")
            .field("topology", &self.topology)
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

/// Why a worker ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The supervisor told it to.
    Told,
    /// It had nothing to do, and there was no supervisor to ask.
    NoSupervisor,
}

/// Why a worker cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Another incarnation of it is alive.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Somebody sent SIGTERM, which its supervisor does not.
    #[error("somebody sent this worker SIGTERM; its supervisor did not")]
    Terminated,
    /// Components cannot be run in this process.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// Its log or its signal handlers cannot be set up.
    #[error("cannot set up the worker: {what}: {source}")]
    Process {
        /// What cannot be done.
        what: &'static str,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// It cannot work by its assignment, or one of its tasks failed. The supervisor was
    /// told if it was there.
    #[error("topology `{topology}`, worker {}, incarnation {}: {reason}", worker.worker, worker.number)]
    Failed {
        /// The topology.
        topology: String,
        /// The worker.
        worker: WorkerIncarnation,
        /// What happened, where, what to do.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_between_incarnations() {
        let mut seeds: Vec<u64> = (0..64_u64)
            .flat_map(|worker| (0..64).map(move |number| mixed(7 ^ mixed(worker << 32 | number))))
            .collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 64 * 64);
    }
}
