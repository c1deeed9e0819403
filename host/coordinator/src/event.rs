//! What happens to a topology, and what is to be done about it.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api;
use stormcell_protocol::control::{FromWorker, Hello, ToWorker};
use stormcell_protocol::record::{Deployment, Record};
use stormcell_topology::Topology;

/// What time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// A monotonic clock from any beginning. Only this one decides anything.
    pub mono: Duration,
    /// Seconds since 1970, for people: it is only written down.
    pub unix: u64,
}

/// What happens to a topology.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Time has passed. Comes at least every 100 ms.
    Tick,
    /// Somebody wants something; answered by one [`Action::Answer`] with this number.
    Command(u64, Command),
    /// Somebody asked for dead letters to be replayed. A topology that has finished runs once
    /// more for them; one that runs finds them by itself. May come again and again.
    LettersAsked,
    /// A worker has connected and said this. The incarnation may be one that an earlier
    /// supervisor started, or one that is fenced.
    Connected(Hello),
    /// The connection of a worker has ended; its process may be alive.
    Disconnected(WorkerIncarnation),
    /// A worker said something.
    Said(WorkerIncarnation, FromWorker),
    /// The process of a worker has ended, for certain: why, for people. The number 0
    /// stands for whichever incarnation it was: nobody holds the lock of the worker.
    Exited(WorkerIncarnation, String),
    /// The process of a worker could not be started: why, for people.
    NotStarted(WorkerIncarnation, String),
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Let spouts emit.
    Activate,
    /// Let spouts not emit.
    Deactivate,
    /// Drain and remove. Answered at once; the topology is gone at [`Action::Remove`].
    Kill(api::Kill),
    /// Change workers or tasks. Answered when every worker works by the new plan.
    Rebalance(api::Rebalance),
    /// Swap a component file. It has been checked against the topology; the second is
    /// the topology with the new description. Answered when the first tasks run it, or
    /// cannot.
    Deploy(api::Deploy, Arc<Topology>),
    /// Go back to what a component ran before: its digest is the second, and the third is
    /// the topology with the description of that. Answered when all tasks run it, or cannot.
    Rollback(api::Rollback, String, Arc<Topology>),
    /// Drain and end all workers, to be started again by a later supervisor. Answered
    /// when all are gone.
    Suspend {
        /// How long rows in flight may take to settle.
        wait: Duration,
    },
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is done, or under way.
    Topology(Box<api::TopologySummary>),
    /// What a rebalance changes.
    Plan(Box<api::PlanChange>),
    /// A deployment.
    Deployment(Box<Deployment>),
}

/// What is to be done. In the order given: what comes after a [`Action::Store`] is
/// done only when it is stored durably.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Store this.
    Store(Box<Record>),
    /// Start the process of a worker. Answered by [`Event::NotStarted`] if that cannot
    /// be done.
    Start(WorkerIncarnation),
    /// End the process of a worker at once (SIGKILL), whoever started it. Answered by
    /// [`Event::Exited`], also if there is no such process any more. The number 0 stands
    /// for whoever holds the lock of the worker.
    End(WorkerIncarnation),
    /// Tell a worker something. Lost if it is not connected.
    Tell(WorkerIncarnation, Box<ToWorker>),
    /// Answer a command.
    Answer(u64, Box<Result<Answer, api::Problem>>),
    /// Write a line to the log of the topology: level and text.
    Log(&'static str, String),
    /// The topology is gone: no worker is alive. Forget it and its record, after what its
    /// tasks keep was removed if the record says so.
    Remove,
}
