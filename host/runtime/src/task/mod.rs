//! The tasks of a topology: each owns one instance of its component and calls it.

mod bolt;
mod budget;
mod calls;
mod command;
mod dead_letters;
pub(crate) mod failing;
mod handover;
mod linger;
mod outcome;
mod payload;
mod restart;
mod spout;
mod work;

pub(crate) use bolt::BoltTask;
pub(crate) use command::{BoltCommand, Exchange, ReplayedRow, SpoutCommand, Wires};
pub(crate) use dead_letters::{DeadLetters, why};
pub(crate) use spout::{SpoutSetup, SpoutTask};

use std::sync::Arc;

use stormcell_sandbox::{Component, TaskSpec};
use stormcell_topology::Restart;

use crate::abandoned::Abandoned;
use crate::errors::Reporter;
use crate::router::Router;
use crate::tracker::Trackers;

/// What a task is, and what its instances are made from.
pub(crate) struct Definition {
    /// What an instance is made from.
    pub(crate) component: Arc<Component>,
    /// How an instance is made.
    pub(crate) spec: TaskSpec,
    /// How many faults it may have.
    pub(crate) restart: Restart,
    /// Where errors of the task go, and the counters of its component.
    pub(crate) reporter: Reporter,
}

/// What tasks of spouts and bolts have in common.
pub(crate) struct TaskParts {
    /// What the task is.
    pub(crate) definition: Definition,
    /// Where what it emits goes.
    pub(crate) router: Router,
    /// The ledgers of the topology.
    pub(crate) trackers: Arc<Trackers>,
    /// Where rows go that cannot be processed; `None`: they fail.
    pub(crate) dead_letters: Option<DeadLetters>,
    /// Whether what is in flight was given up.
    pub(crate) abandoned: Abandoned,
}
