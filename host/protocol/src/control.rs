//! Between the supervisor and its workers.
//!
//! A worker connects to the supervisor, says [`FromWorker::Hello`], and from then on
//! each side sends documents of its own: one JSON document a line. If the connection
//! ends, the worker goes on working and connects again; a later supervisor takes it
//! over by the same `Hello`.
//!
//! Rules:
//! - a worker starts without tasks, is given an [`Assignment`], and then has its
//!   spouts paused until it is told otherwise;
//! - it takes an assignment only of a higher generation than it has, and keeps the one
//!   it has when a connection ends;
//! - every [`ToWorker::Request`] is answered by one [`FromWorker::Reply`] with its
//!   number, unless the connection ends before. Then it may come again on the next
//!   connection, and so may an assignment: what is done already is done, and answered;
//! - what a worker says is in the order in which it happens: a heartbeat after a reply
//!   shows what was done;
//! - heartbeats are sent from the first `Hello` on, also while tasks are prepared;
//! - ticks stay frozen over a [`Request::Replan`], and tasks that were closed are made
//!   again by it.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use stormcell_acking::WorkerIncarnation;
use stormcell_topology::Plan;

use crate::record::Modules;
use crate::report::Report;

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum FromWorker {
    /// The first message of a connection.
    Hello(Hello),
    /// The tasks of this generation are prepared; spouts wait to be told to emit.
    Ready {
        /// The generation of the plan.
        generation: u64,
    },
    /// It cannot go on and exits: the reason, for people.
    Failed {
        /// What happened, where, what to do.
        reason: String,
    },
    /// It is there, and this is how it does. Sent every [`HEARTBEAT`].
    Heartbeat(Box<Heartbeat>),
    /// It exits, and this is all that it did: nothing follows.
    Leaving(Box<Heartbeat>),
    /// The answer to a request.
    Reply {
        /// The number of the request.
        id: u64,
        /// What came of it, or why it could not be done.
        result: Result<Reply, String>,
    },
    /// Another worker is certainly dead: nobody listens at its address any more.
    PeerDied(WorkerIncarnation),
}

/// How often a worker sends a heartbeat.
pub const HEARTBEAT: Duration = Duration::from_millis(500);

/// Who a worker is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The topology.
    pub topology: String,
    /// Which of its workers, and which run of it.
    pub worker: WorkerIncarnation,
    /// Its process.
    pub pid: u32,
    /// The generation of the plan that it works by; 0: none yet.
    pub generation: u64,
    /// What its spouts do.
    pub spouts: SpoutMode,
}

/// What the supervisor says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ToWorker {
    /// The first assignment of a worker. Answered by `Ready` or `Failed`.
    Assign(Box<Assignment>),
    /// The incarnations that are alive, itself included. Every other one that it
    /// knows of, and every earlier one, is dead.
    Peers {
        /// One for each worker that is alive.
        alive: Vec<WorkerIncarnation>,
    },
    /// What its spouts are to do. Not answered.
    Spouts {
        /// What.
        mode: SpoutMode,
    },
    /// Something that is answered.
    Request {
        /// A number that the answer carries.
        id: u64,
        /// What to do.
        request: Request,
    },
    /// End at once, without closing anything.
    Exit,
}

/// What the spouts of a topology do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpoutMode {
    /// They are asked for rows.
    Active,
    /// They are not asked for rows and do not know it: the host prepares a change.
    /// Rows that fail are still emitted again.
    Paused,
    /// An operator deactivated them: `deactivate` was called. Rows that fail are
    /// still emitted again.
    Inactive,
    /// The topology is being stopped: `deactivate` was called, and what fails is not
    /// emitted again.
    Stopped,
}

/// What a worker is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Say whether anything is left to do. Answered by [`Reply::Probed`].
    Probe,
    /// Let no bolt tick, or let them tick again. Answered by [`Reply::Done`].
    Freeze {
        /// Whether they are frozen.
        frozen: bool,
    },
    /// Close tasks: each works off what it was sent, then its component's `close` is
    /// called, and what that emits is sent. Tasks that are not here are passed over.
    /// Answered by [`Reply::Done`] when all are closed.
    Close {
        /// The tasks.
        tasks: Vec<u32>,
        /// Whether the topology has finished; else it is stopped or changed.
        finished: bool,
    },
    /// Fail every tree that is in flight and drop every row that waits. Answered by
    /// [`Reply::Done`].
    Abandon,
    /// Work by another plan: tasks that stay are kept with what they hold, others are
    /// made or dropped. What leaves was closed before, and nothing is in flight.
    /// Answered by [`Reply::Done`].
    Replan(Box<Assignment>),
    /// Have tasks run another component file. Each new instance is prepared beside
    /// the old one, which is then closed between two calls; rows that it still keeps
    /// are given to the new one. Answered by [`Reply::Swapped`]; an error means that
    /// no task was changed.
    Swap {
        /// The spout or bolt.
        component: String,
        /// The component file.
        digest: String,
        /// The tasks; those that are not here are passed over.
        tasks: Vec<u32>,
    },
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// It is done.
    Done,
    /// How much is left to do.
    Probed(Probe),
    /// The tasks were swapped.
    Swapped {
        /// For each, how long it took no rows, in microseconds.
        pauses_us: Vec<u64>,
    },
}

/// A plan and what is needed to work by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// The text of the topology file.
    pub file: String,
    /// How error messages name the file.
    pub file_name: String,
    /// The folder that relative paths of grants start from.
    pub base_dir: PathBuf,
    /// In place of the time-outs of the file.
    pub message_timeout: Option<Duration>,
    /// In place of the limits of pending rows of the file.
    pub max_pending: Option<u32>,
    /// Which task runs where.
    pub plan: Plan,
    /// Which component files they run.
    pub modules: Modules,
}

/// How much is left to do in a worker, at one moment.
///
/// A topology has nothing left to do if in two rounds of probes, the second begun
/// after the first was complete, every worker says `idle`, and every count is the same
/// in both, and what each worker sent to another is what that one received (Mattern's
/// four-counter method, 1987).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Probe {
    /// No row waits or is worked on here, and none waits to be sent.
    pub idle: bool,
    /// Every spout task here has ended (or does not emit, if paused), its trees are
    /// all settled, and nothing is to be emitted again.
    pub settled: bool,
    /// Every spout task here says that its source has ended.
    pub ended: bool,
    /// Frames sent to and received from each other incarnation since it is known.
    pub links: Vec<LinkCount>,
}

/// What went over the link between two incarnations, in numbered frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCount {
    /// The other one.
    pub peer: WorkerIncarnation,
    /// Sent to it.
    pub sent: u64,
    /// Received from it, and taken in.
    pub received: u64,
}

/// How a worker does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The generation of the plan that it works by.
    pub generation: u64,
    /// What its spouts do.
    pub spouts: SpoutMode,
    /// What its tasks did since it started.
    pub report: Report,
    /// Each of its tasks.
    pub tasks: Vec<TaskStatus>,
    /// How much is left to do.
    pub probe: Probe,
    /// Its resident memory in bytes.
    pub memory: u64,
}

/// How a task does. Counts start at 0 when its module is swapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStatus {
    /// Its id.
    pub task: u32,
    /// The component file that it runs.
    pub digest: String,
    /// A bolt's rows that are settled or kept; a spout's rows emitted.
    pub rows: u64,
    /// A bolt's rows that failed; a spout's calls that failed.
    pub failed: u64,
    /// How often its instance trapped or went over a limit.
    pub faults: u64,
    /// Its last error, if it has had one.
    pub last_error: Option<String>,
}
