//! Messages between workers, in any order.

use std::collections::BTreeSet;
use stormcell_acking::{Branch, RootId, Stamp, WorkerIncarnation};

/// The workers that an update names.
pub(crate) type Names = BTreeSet<WorkerIncarnation>;

/// An update as it travels: with names of incarnations, not bits.
#[derive(Clone, Debug)]
pub(crate) struct NamedUpdate {
    pub(crate) root: RootId,
    pub(crate) xor: u64,
    pub(crate) names: Names,
}

#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// A row for a task.
    Row {
        task: usize,
        row: u64,
        depth: u8,
        branches: Vec<Branch>,
    },
    /// For the ledger of a spout.
    Updates(Vec<NamedUpdate>),
    Fail(RootId),
    Extend(RootId),
}

impl Payload {
    /// The roots that it is about.
    pub(crate) fn roots(&self) -> Vec<RootId> {
        match self {
            Self::Row { branches, .. } => branches.iter().map(|branch| branch.root).collect(),
            Self::Updates(updates) => updates.iter().map(|update| update.root).collect(),
            Self::Fail(root) | Self::Extend(root) => vec![*root],
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) stamp: Stamp,
    pub(crate) payload: Payload,
}

/// What is on its way.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) messages: Vec<Message>,
    /// Who has yet to hear of whose death.
    pub(crate) deaths: Vec<(usize, WorkerIncarnation)>,
}

/// Picks one of what there is.
pub(crate) fn pick(which: impl Into<usize>, len: usize) -> Option<usize> {
    which.into().checked_rem(len)
}
