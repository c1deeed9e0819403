//! Where tasks run: alone in this process, or as one worker of several.

use std::sync::Arc;

use stormcell_acking::WorkerIncarnation;
use stormcell_links::Network;

/// Which part of a plan this process runs.
#[derive(Clone)]
pub enum Place {
    /// All of it, whatever worker a task is planned for.
    Alone,
    /// The tasks of one worker.
    Worker(WorkerPlace),
}

/// One worker of a topology.
#[derive(Clone)]
pub struct WorkerPlace {
    /// Which worker, and which run of it.
    pub me: WorkerIncarnation,
    /// The name under which the topology's workers find each other.
    pub topology: String,
    /// What connects them.
    pub network: Arc<dyn Network>,
}

impl Place {
    /// Whether tasks of this worker of the plan run here.
    pub(crate) fn runs(&self, worker: u32) -> bool {
        match self {
            Self::Alone => true,
            Self::Worker(place) => place.me.worker == worker,
        }
    }

    /// A number that differs from run to run of a worker.
    pub(crate) fn incarnation(&self) -> u32 {
        match self {
            Self::Alone => 0,
            Self::Worker(place) => place.me.number,
        }
    }
}
