//! Rows that nobody has begun to work on do not time out.
//!
//! A time-out finds trees of which a row was lost, or is worked on without an end. A row that
//! waits in a mailbox is neither: it is there, and what comes before it ends. If its tree failed
//! all the same, the spout would emit the row again, and the bolt, which is slow already, would
//! work on both. Storm does that (`RotatingMap` in its `SpoutExecutor`). Here the time-outs of
//! such trees are begun again, also those of spouts in other workers. Rows in a call, and rows
//! that a bolt keeps, time out.

use std::sync::Arc;

use parking_lot::RwLock;
use stormcell_acking::RootId;
use tokio::task::AbortHandle;

use crate::wiring::Wiring;

/// The looks into the mailboxes in one time-out. A tree is extended at the second look that finds
/// its row: the row has waited for one of these parts of a time-out at least and for two at most,
/// so its tree is still there.
const PARTS: u32 = 4;

/// Looks after the rows of a process until it is dropped.
pub(crate) struct Unbegun(Option<AbortHandle>);

impl Unbegun {
    /// Begins, if rows of the topology can time out.
    pub(crate) fn look_after(wiring: &Arc<RwLock<Arc<Wiring>>>) -> Self {
        let Some(timeout) = wiring.read().shortest_timeout() else {
            return Self(None);
        };
        let wiring = Arc::clone(wiring);
        let looking = tokio::spawn(async move {
            loop {
                tokio::time::sleep(timeout / PARTS).await;
                let now = Arc::clone(&wiring.read());
                extend(&now);
            }
        });
        Self(Some(looking.abort_handle()))
    }
}

impl Drop for Unbegun {
    fn drop(&mut self) {
        if let Some(looking) = &self.0 {
            looking.abort();
        }
    }
}

/// Begins the time-outs of those trees again whose rows waited at the last look as well.
fn extend(wiring: &Wiring) {
    let mut roots = Vec::new();
    for mailbox in wiring.holders.mailboxes() {
        mailbox.still_waiting(|lineage| {
            for (first, rows) in lineage.roots() {
                roots.extend(first..first.saturating_add(rows.into()));
            }
        });
    }
    roots.sort_unstable();
    roots.dedup();
    let roots = roots.into_iter().map(RootId::from_bits);
    wiring.trackers.extend(roots);
}
