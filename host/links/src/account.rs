//! What a receiver tells a sender: which frames it has received, and how many rows
//! tasks have taken.
//!
//! All numbers are totals since the sending incarnation is known. They only grow, so a
//! lost or repeated credit frame does no harm.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::codec::{CreditFrame, Taken};

/// What came from one incarnation.
#[derive(Debug, Default)]
pub(crate) struct Account {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The sequence of the first frame that has not been received.
    received: u64,
    taken: BTreeMap<u32, Taken>,
    /// How many rows were taken or frames received that the sender was not told of.
    news: u64,
    /// Woken when there is news.
    teller: Option<Arc<Teller>>,
}

/// Who tells the sender: one for each connection.
#[derive(Debug, Default)]
pub(crate) struct Teller {
    /// There is news.
    pub(crate) some: Notify,
    /// There is so much news that the sender should be told at once.
    pub(crate) much: Notify,
}

impl Account {
    /// So much news is told at once; less may wait a moment for more. It is less than
    /// what a sender lets wait for a task before it pauses, so that a task that is busy
    /// does not have to wait for that moment to get its next rows.
    const MUCH: u64 = 1024;
    /// A frame received counts as much as so many rows taken.
    const FRAME: u64 = 64;

    /// From now on this one tells the sender.
    pub(crate) fn tell_by(&self, teller: &Arc<Teller>) {
        self.state.lock().teller = Some(Arc::clone(teller));
    }

    /// A task has taken rows.
    pub(crate) fn taken(&self, task: u32, rows: u64, bytes: u64) {
        let mut state = self.state.lock();
        let taken = state.taken.entry(task).or_default();
        taken.rows += rows;
        taken.bytes += bytes;
        state.news(rows.max(1));
    }

    /// All frames before this sequence have been received.
    pub(crate) fn received(&self, next: u64) {
        let mut state = self.state.lock();
        state.received = next;
        state.news(Self::FRAME);
    }

    /// The totals.
    #[cfg(test)]
    pub(crate) fn totals(&self) -> (u64, BTreeMap<u32, Taken>) {
        let state = self.state.lock();
        (state.received, state.taken.clone())
    }

    /// What to tell a sender that knows of `told`, which becomes what it knows then.
    pub(crate) fn tell(&self, told: &mut BTreeMap<u32, Taken>) -> CreditFrame {
        let mut state = self.state.lock();
        state.news = 0;
        let mut changed = Vec::new();
        for (&task, &taken) in &state.taken {
            if told.insert(task, taken) != Some(taken) {
                changed.push((task, taken));
            }
        }
        CreditFrame {
            received: state.received,
            taken: changed,
        }
    }
}

impl State {
    fn news(&mut self, much: u64) {
        let before = self.news;
        self.news += much;
        if let Some(teller) = &self.teller {
            if before == 0 {
                teller.some.notify_one();
            }
            if before < Account::MUCH && self.news >= Account::MUCH {
                teller.much.notify_one();
            }
        }
    }
}
