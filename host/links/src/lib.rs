//! Connections between the workers of a topology.
//!
//! A worker has one [`Links`], which listens for the others, and one [`Link`] to each
//! of them. A link carries rows and what is owed to ledgers, in frames that are
//! numbered for each incarnation of the receiver and kept until they are confirmed. Tasks
//! take turns, by bytes: one that is sent very much keeps nobody else waiting.
//! See docs/design/cluster.md.
//!
//! Invariants:
//! - nobody waits to send;
//! - while two incarnations live, each frame that one sends to the other is handed to
//!   its [`Inbox`] exactly once, however often the connection breaks: rows for one task in
//!   the order in which they were sent, and so what is owed;
//! - nothing of an incarnation is handed on after its death was told;
//! - rows sent are told of by [`Inbox::taken`] exactly once: when their task has taken
//!   them, or when their worker has died.
#![forbid(unsafe_code)]

mod account;
pub mod codec;
mod credit;
mod frames;
mod lanes;
mod link;
mod links;
mod members;
pub mod network;
mod outgoing;
mod receiving;
mod sending;
mod source;

use std::sync::Arc;

use stormcell_acking::{FailReason, RootId, Touched, Update, WorkerIncarnation};
use stormcell_batch::{Batch, Lineage, Schema};

pub use credit::Credit;
pub use link::Link;
pub use links::{Count, Links, LinksConfig};
pub use network::{Address, Listener, MemoryEndpoint, MemoryNetwork, Network, Stream, UnixNetwork};

/// Rows on their way from a task of one worker to a task of another.
#[derive(Debug)]
pub struct Rows {
    /// The task that gets them.
    pub task: u32,
    /// Which of its inputs.
    pub input: u32,
    /// The task that emitted them.
    pub source_task: u32,
    /// The rows.
    pub batch: Batch,
    /// Bytes that the sender counts for them until they are taken.
    pub cost: u64,
}

/// A tree that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedTree {
    /// Its root.
    pub root: RootId,
    /// Why, as far as its ledger knows.
    pub reason: FailReason,
    /// Who failed a row of it, and what went wrong there, for people. Of a frame with long
    /// texts only the first arrive.
    pub cause: Option<Arc<str>>,
}

/// What a task owes the ledgers in another worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owed {
    /// Which incarnation each bit of `updates[..].touched` stands for. Bits mean
    /// something only within this message.
    pub incarnations: Vec<(Touched, WorkerIncarnation)>,
    /// Edges sent and acked.
    pub updates: Vec<Update>,
    /// Trees that fail.
    pub failed: Vec<FailedTree>,
    /// Trees whose time-out starts again.
    pub extended: Vec<RootId>,
}

impl Owed {
    /// How many updates, failures and extensions.
    pub(crate) fn entries(&self) -> usize {
        self.updates.len() + self.failed.len() + self.extended.len()
    }
}

/// What a worker does with what its links bring. Called from the tasks of the links;
/// must not block. It may send over links, but must not call [`Links::peers`].
pub trait Inbox: Send + Sync + 'static {
    /// The schema of this input of a task here; `None`: there is no such task (any
    /// more), and rows for it are dropped.
    fn schema(&self, task: u32, input: u32) -> Option<Schema>;
    /// Rows have come. `credit` is told as they are taken out of the mailbox.
    fn rows(&self, rows: Rows, credit: Credit);
    /// What tasks elsewhere owe ledgers here.
    fn owed(&self, owed: Owed);
    /// A task elsewhere has taken rows that were sent from here, or they were lost
    /// with their worker: they do not wait any more. Bytes are as [`Rows::cost`] counted
    /// them when they were sent.
    fn taken(&self, task: u32, rows: usize, bytes: usize);
    /// This incarnation can be sent to from now on. Returns the bit that stands for
    /// it in this process.
    fn up(&self, peer: WorkerIncarnation) -> Touched;
    /// Rows that waited for their worker to come back are now sent to the incarnation
    /// with this bit.
    fn sent_late(&self, lineage: &Lineage, touched: Touched);
    /// This incarnation is dead for certain.
    fn died(&self, peer: WorkerIncarnation);
}
