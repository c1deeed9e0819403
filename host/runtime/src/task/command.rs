//! What a task is told to do between two calls.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::Roots;
use stormcell_batch::Columns;
use stormcell_protocol::control::SpoutMode;
use stormcell_sandbox::{BoltInstance, CloseReason};
use tokio::sync::oneshot;

use super::Definition;
use crate::error::RunError;
use crate::holders::{Holders, Sought};
use crate::pacing::Pacer;
use crate::router::Route;
use crate::tracker::{Tracker, Trackers};

/// The ways out of a task, after the plan or its component has changed.
pub(crate) struct Wires {
    /// The subscriptions to each of its output streams.
    pub(crate) streams: Vec<Vec<Route>>,
    /// The ledgers of the topology.
    pub(crate) trackers: Arc<Trackers>,
    /// Whom it waits for.
    pub(crate) pacer: Pacer,
    /// Who may hold its rows.
    pub(crate) holders: Holders,
}

/// Another component for a task.
pub(crate) struct Exchange {
    /// What the task is from now on.
    pub(crate) definition: Definition,
    /// Its ways out.
    pub(crate) wires: Wires,
}

/// What the task of a bolt is told.
pub(crate) enum BoltCommand {
    /// Go on with other ways out. Told when it is done.
    Rewire(Box<Wires>, oneshot::Sender<()>),
    /// Go on with this instance of another component. Told how long the task took no
    /// rows.
    Exchange(Box<Exchange>, Box<BoltInstance>, oneshot::Sender<Duration>),
    /// Say which of these trees the rows are of that the task keeps or is about to try again.
    Holds(Arc<Sought>, oneshot::Sender<Vec<u64>>),
}

impl BoltCommand {
    /// Whether nobody waits for an answer any more that is all it is for.
    pub(crate) fn is_given_up(&self) -> bool {
        matches!(self, Self::Holds(_, told) if told.is_closed())
    }
}

/// A dead letter of a spout, to be emitted once more.
pub(crate) struct ReplayedRow {
    /// Its root.
    pub(crate) root: Roots,
    /// The ledger of its root.
    pub(crate) tracker: Arc<Tracker>,
    /// The output stream.
    pub(crate) output: usize,
    /// The row.
    pub(crate) columns: Columns,
}

/// What the task of a spout is told.
pub(crate) enum SpoutCommand {
    /// What to do from now on.
    Mode(SpoutMode),
    /// Fail what is in flight.
    Abandon,
    /// Emit a row whose tree is in another ledger: a dead letter that is replayed.
    Emit(Box<ReplayedRow>),
    /// Go on with other ways out and another ledger. Told when it is done.
    Rewire(Box<Wires>, Arc<Tracker>, oneshot::Sender<()>),
    /// Go on with another component. Told how long the task emitted nothing, or why it
    /// goes on with the one it has.
    Exchange(Box<Exchange>, oneshot::Sender<Result<Duration, RunError>>),
    /// Close, say so, and end.
    Close(CloseReason, oneshot::Sender<()>),
}

impl std::fmt::Debug for BoltCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rewire(..) => "Rewire",
            Self::Exchange(..) => "Exchange",
            Self::Holds(..) => "Holds",
        })
    }
}
