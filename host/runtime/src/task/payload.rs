//! What belongs to the pending roots of a spout task: what its spout, or the host,
//! needs when the tree of a row has settled.

use std::collections::VecDeque;
use std::sync::Arc;

use stormcell_batch::Columns;

/// Rows that a spout emitted in one call on one stream.
#[derive(Debug)]
pub(crate) struct Emitted {
    pub(crate) output: u32,
    pub(crate) columns: Columns,
    pub(crate) direct_task: Option<u32>,
}

/// A row that the host emits again if it fails.
#[derive(Debug, Clone)]
pub(crate) struct Replayable {
    pub(crate) emitted: Arc<Emitted>,
    pub(crate) row: u32,
    /// How often it has been emitted again.
    pub(crate) replays: u32,
}

/// What belongs to one root.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    /// The spout is told, by this id.
    Id(u64),
    /// The host has the row.
    Replay(Replayable),
}

/// The payloads of the pending roots, by the slot that the ledger gave each.
#[derive(Debug, Default)]
pub(crate) struct Payloads(Vec<Option<Payload>>);

impl Payloads {
    pub(crate) fn put(&mut self, slot: u32, payload: Payload) {
        let slot = slot as usize;
        if slot >= self.0.len() {
            self.0.resize_with(slot + 1, || None);
        }
        self.0[slot] = Some(payload);
    }

    pub(crate) fn take(&mut self, slot: u32) -> Option<Payload> {
        self.0.get_mut(slot as usize).and_then(Option::take)
    }

    /// Whether the spout itself tracks the row in this slot.
    pub(crate) fn is_id(&self, slot: u32) -> bool {
        matches!(self.0.get(slot as usize), Some(Some(Payload::Id(_))))
    }
}

/// Rows that wait to be emitted again, in the order in which they failed.
#[derive(Debug, Default)]
pub(crate) struct Replays(VecDeque<Replayable>);

impl Replays {
    pub(crate) fn push(&mut self, row: Replayable) {
        self.0.push_back(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) -> usize {
        let left = self.0.len();
        self.0.clear();
        left
    }

    /// Takes rows that were emitted together, at most `most` of them.
    pub(crate) fn take(&mut self, most: usize) -> Vec<Replayable> {
        let Some(first) = self.0.front() else {
            return Vec::new();
        };
        let emitted = Arc::clone(&first.emitted);
        let together = self
            .0
            .iter()
            .take(most)
            .take_while(|row| Arc::ptr_eq(&row.emitted, &emitted))
            .count();
        self.0.drain(..together).collect()
    }
}
