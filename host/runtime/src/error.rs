//! Why a topology could not be started, or had to be ended.

use stormcell_topology::plain_text::Said;

/// Why a run ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The topology and the loaded components do not belong together.
    #[error("{what} was not loaded: load every component that the topology names")]
    NotLoaded {
        /// The component or grouping.
        what: String,
    },
    /// More spout tasks than root ids can tell apart.
    #[error(transparent)]
    TooManySpoutTasks(#[from] stormcell_acking::SpoutIndexTooLarge),
    /// A worker cannot be reached by others.
    #[error("this worker cannot listen for others: {0}")]
    Listen(std::io::Error),
    /// A task could not be prepared.
    #[error("component `{component}`, task {task}: prepare failed: {reason}")]
    Prepare {
        /// The component.
        component: String,
        /// The task.
        task: u32,
        /// What it said, or what went wrong.
        reason: Said,
    },
    /// A task had more faults than it may have, or cannot go on at all, and its topology
    /// is to stop then (`restart.then`).
    #[error("component `{component}`, task {task}: given up: {what}; the last one: {reason}")]
    GivenUp {
        /// The component.
        component: String,
        /// The task.
        task: u32,
        /// Of what there was too much, and how much is allowed.
        what: String,
        /// The last of it.
        reason: Said,
    },
    /// A defect of stormcell itself.
    #[error(
        "component `{component}`, task {task}: the host failed: {reason}; this is a defect of stormcell"
    )]
    Host {
        /// The component.
        component: String,
        /// The task.
        task: u32,
        /// What was caught.
        reason: String,
    },
}
