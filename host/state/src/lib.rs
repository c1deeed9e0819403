//! What tasks keep: values by key, which outlive the instances of a task (grant `state`).
//!
//! A [`TaskState`] holds the values of one task. [`States`] gives each task its own: kept in
//! files ([`Folder`]), or in the memory of the process ([`MemoryStates`]) for tests,
//! simulations and runs that nobody goes on with.
//!
//! Invariants:
//! - a commit is made as a whole or not at all;
//! - in files: what [`TaskState::commit`] has said to be made is on the disk, and survives
//!   the end of the process and a power cut;
//! - a task of one process has one [`TaskState`], whichever of its instances asks, and no two
//!   processes have the file of a task open at a time;
//! - a file takes no more of the disk than four times the quota of its task and 4 MiB,
//!   however it is written to;
//! - a file that is damaged, of a newer format, or kept by another number of tasks keeps
//!   its contents (redb notes in the head of a file that it was opened).
#![forbid(unsafe_code)]

mod error;
mod file;
mod folder;
mod memory;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use error::StateError;
pub use folder::Folder;
pub use memory::{MemoryState, MemoryStates};

/// Changes of what a task keeps: the new value of each key; `None`: it is removed.
pub type Changes = BTreeMap<String, Option<Vec<u8>>>;

/// What is being done, and whether it could be.
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<(), StateError>> + Send + 'a>>;

/// Which task.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Task {
    /// The name of its topology.
    pub topology: String,
    /// The id of its component.
    pub component: String,
    /// Which of the tasks of its component it is, from 0 on.
    pub index: u32,
    /// How many tasks its component has.
    pub tasks: u32,
    /// Bytes that it may keep
    /// ([`StateGrant::quota`](stormcell_topology::StateGrant::quota)): whoever uses its
    /// values sees to that, and a file takes no more of the disk than
    /// [`StateGrant::on_disk`](stormcell_topology::StateGrant::on_disk).
    pub quota: u64,
}

/// Where tasks keep their values.
pub trait States: Send + Sync {
    /// The values of a task: the same object for as long as somebody has it. Nothing is
    /// opened yet.
    fn of_task(&self, task: &Task) -> Arc<dyn TaskState>;
}

/// The values of one task. To be opened before they are asked for.
///
/// Names of keys and lengths of values are bounded by whoever uses it.
pub trait TaskState: Send + Sync {
    /// Opens them, and makes what they are kept in if it is not there. They stay open until
    /// this is dropped; to open them again does nothing.
    ///
    /// # Errors
    /// If they cannot be opened. The same may go well later.
    fn open(&self) -> Doing<'_>;

    /// The value under a key.
    ///
    /// # Errors
    /// If it cannot be read.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StateError>;

    /// The bytes of the value under a key.
    ///
    /// # Errors
    /// If it cannot be read.
    fn size(&self, key: &str) -> Result<Option<usize>, StateError>;

    /// Up to `most` keys that begin with `prefix`, ascending by their bytes; those after
    /// `after`, if that is given.
    ///
    /// # Errors
    /// If they cannot be read.
    fn keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>, StateError>;

    /// What all keys and values count
    /// ([`StateGrant::cost`](stormcell_topology::StateGrant::cost)).
    ///
    /// # Errors
    /// If it is not open.
    fn held(&self) -> Result<u64, StateError>;

    /// Makes changes. When this has said that they are made, they are as durable as
    /// these values are. If it is dropped before, they may be made or not.
    ///
    /// # Errors
    /// If they cannot be made: then none is.
    fn commit(&self, changes: Changes) -> Doing<'_>;
}
