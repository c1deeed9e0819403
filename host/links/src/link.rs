//! The way to one worker, whichever incarnation of it is alive.

use std::collections::VecDeque;

use parking_lot::Mutex;
use stormcell_acking::Touched;

use crate::{Owed, Rows};

/// The way to one worker. Sending never waits.
#[derive(Debug)]
pub struct Link {
    worker: u32,
    waiting: Mutex<VecDeque<Rows>>,
}

impl Link {
    pub(crate) fn new(worker: u32) -> Self {
        Self {
            worker,
            waiting: Mutex::default(),
        }
    }

    /// Which worker.
    pub fn worker(&self) -> u32 {
        self.worker
    }

    /// Sends rows. Rows of one source task arrive in the order in which they are
    /// sent. Returns what [`Inbox::up`](crate::Inbox::up) said of the incarnation
    /// that they are sent to; [`Touched::NONE`] if none is alive: then they wait for
    /// the next, and [`Inbox::sent_late`](crate::Inbox::sent_late) tells of it.
    pub fn send_rows(&self, rows: Rows) -> Touched {
        self.waiting.lock().push_back(rows);
        Touched::NONE
    }

    /// Sends what is owed to ledgers of the worker.
    pub fn send_owed(&self, owed: Owed) {
        drop(owed);
    }
}
