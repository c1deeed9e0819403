//! Pure: the life of one submitted topology.
//!
//! Skeleton of the public interface.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api;
use stormcell_protocol::control::{FromWorker, Hello, ToWorker};
use stormcell_protocol::record::Record;
use stormcell_topology::Topology;

/// What happens to a topology. `now` is a monotonic clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Time has passed. Comes at least every 100 ms.
    Tick,
    /// Somebody wants something; answered by one [`Action::Answer`] with this number.
    Command(u64, Command),
    /// A worker has connected and said this. The incarnation may be one that an earlier
    /// supervisor started, or one that is fenced.
    Connected(Hello),
    /// The connection of a worker has ended; its process may be alive.
    Disconnected(WorkerIncarnation),
    /// A worker said something.
    Said(WorkerIncarnation, FromWorker),
    /// The process of a worker has ended, for certain.
    Exited(WorkerIncarnation, String),
    /// The process of a worker could not be started.
    NotStarted(WorkerIncarnation, String),
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Let spouts emit.
    Activate,
    /// Let spouts not emit.
    Deactivate,
    /// Drain and remove.
    Kill(api::Kill),
    /// Change workers or tasks.
    Rebalance(api::Rebalance),
    /// Swap a component file. It has been checked against the topology; `topology` is
    /// the topology with the new description.
    Deploy(api::Deploy, Arc<Topology>),
    /// Go back to what a component ran before. `topology` as in `Deploy`.
    Rollback(api::Rollback, Arc<Topology>),
    /// Drain and end all workers, to be started again by a later supervisor.
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
    Deployment(Box<stormcell_protocol::record::Deployment>),
}

/// What is to be done. In the order given: what comes after a [`Action::Store`] is
/// done only when it is stored durably.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Store this.
    Store(Box<Record>),
    /// Start the process of a worker.
    Start(WorkerIncarnation),
    /// End the process of a worker at once (SIGKILL), whoever started it. Answered by
    /// [`Event::Exited`].
    End(WorkerIncarnation),
    /// Tell a worker something.
    Tell(WorkerIncarnation, Box<ToWorker>),
    /// Answer a command.
    Answer(u64, Box<Result<Answer, api::Problem>>),
    /// Write a line to the log of the topology: level and text.
    Log(&'static str, String),
    /// The topology is gone: forget it and its record.
    Remove,
}

/// The life of one topology.
#[derive(Debug)]
pub struct Coordinator {
    _workers: BTreeMap<u32, WorkerIncarnation>,
}

impl Coordinator {
    /// A topology that was just submitted (its record is stored), or one that an
    /// earlier supervisor left (`adopted`: its workers may be alive).
    pub fn new(_record: Record, _topology: Arc<Topology>, _adopted: bool, _now: Duration) -> Self {
        Self {
            _workers: BTreeMap::new(),
        }
    }

    /// Takes note of an event and says what is to be done.
    pub fn handle(&mut self, _now: Duration, _event: Event) -> Vec<Action> {
        Vec::new()
    }

    /// How it is.
    pub fn detail(&self, _now: Duration) -> api::TopologyDetail {
        unreachable!("a skeleton")
    }

    /// What it would store.
    pub fn record(&self) -> &Record {
        unreachable!("a skeleton")
    }
}
