//! Worker processes, as the supervisor sees them: what it asks of whoever starts them,
//! and processes of the operating system ([`OsProcesses`]).

mod ending;
mod exit;
mod holder;
mod os;

use std::io;

use stormcell_acking::WorkerIncarnation;

pub use os::OsProcesses;

/// Told once, when the process of this incarnation has ended for certain: how, for people.
pub type Exited = Box<dyn FnOnce(WorkerIncarnation, String) + Send>;

/// A worker process that an earlier supervisor started and that is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Which worker, and which run of it.
    pub worker: WorkerIncarnation,
    /// Its process.
    pub pid: u32,
}

/// Starts and ends worker processes. Calls return at once.
///
/// Rules for an implementation:
/// - a worker holds the lock of its number for as long as it lives, and `exited` is
///   called after the lock is free;
/// - it is called exactly once for each success of `start` and `adopt`, also if the
///   process ends before the call returns;
/// - processes outlive the supervisor, unless they are ended.
pub trait Processes: Send + Sync + 'static {
    /// Starts the process of a worker of this submission of a topology: its process id.
    ///
    /// # Errors
    /// If it cannot be started; `exited` is not called then.
    fn start(
        &self,
        topology: &str,
        submission: u32,
        worker: WorkerIncarnation,
        exited: Exited,
    ) -> io::Result<u32>;

    /// Looks whether a process that is not known here holds the lock of this worker. If
    /// so, it is known from now on, and `exited` is called when it has ended. `None`:
    /// the lock is free, so no incarnation of the worker is alive.
    ///
    /// # Errors
    /// If the lock is held and it cannot be told (yet) by whom.
    fn adopt(&self, topology: &str, worker: u32, exited: Exited) -> io::Result<Option<Found>>;

    /// Ends the process of this worker at once (SIGKILL). Does nothing if it is not known
    /// or has ended; `exited` is called as ever.
    ///
    /// # Errors
    /// If it cannot be ended.
    fn end(&self, topology: &str, worker: WorkerIncarnation) -> io::Result<()>;

    /// The numbers of the workers of this topology that have a lock, held or not,
    /// whether or not they are still in its plan.
    ///
    /// # Errors
    /// If the folder of the topology cannot be read.
    fn locks(&self, topology: &str) -> io::Result<Vec<u32>>;
}
