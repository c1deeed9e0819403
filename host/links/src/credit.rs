//! Credits: how a receiver tells a sender that rows were taken out of a mailbox.
//!
//! For each task an [`Account`] keeps how many rows and bytes were taken since the
//! incarnation that sent them is known. The totals only grow, so a lost or repeated
//! credit frame does no harm.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// Rows that came over a link and wait in a mailbox. What has not been
/// [taken](Self::taken) when it is dropped counts as taken then.
#[derive(Debug)]
pub struct Credit {
    account: Arc<Account>,
    task: u32,
    rows: usize,
    bytes: u64,
}

impl Credit {
    /// A credit of the rows of one frame, of which the sender counted so many bytes.
    pub(crate) fn new(account: Arc<Account>, task: u32, rows: usize, bytes: u64) -> Self {
        Self {
            account,
            task,
            rows,
            bytes,
        }
    }

    /// So many more of the rows have been taken, or dropped. More than are left
    /// counts as all that are left.
    pub fn taken(&mut self, rows: usize) {
        let (rows, bytes) = self.part(rows);
        self.account.add(self.task, rows as u64, bytes);
    }

    /// Parts off the credit of so many rows; of all that are left, if they are fewer.
    #[must_use = "what is dropped counts as taken"]
    pub fn split(&mut self, rows: usize) -> Self {
        let (rows, bytes) = self.part(rows);
        Self {
            account: Arc::clone(&self.account),
            task: self.task,
            rows,
            bytes,
        }
    }

    /// How many rows have not been taken.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes rows off, and their share of the bytes. The last one gets the rest.
    fn part(&mut self, rows: usize) -> (usize, u64) {
        let rows = rows.min(self.rows);
        let bytes = match self.rows {
            0 => self.bytes,
            all if all == rows => self.bytes,
            all => (u128::from(self.bytes) * rows as u128 / all as u128) as u64,
        };
        self.rows -= rows;
        self.bytes -= bytes;
        (rows, bytes)
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        if self.rows > 0 || self.bytes > 0 {
            self.taken(self.rows);
        }
    }
}

/// What was taken of what one incarnation sent.
#[derive(Debug, Default)]
pub(crate) struct Account {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: BTreeMap<u32, Taken>,
}

/// Totals of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Taken {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl Account {
    fn add(&self, task: u32, rows: u64, bytes: u64) {
        let mut state = self.state.lock();
        let taken = state.taken.entry(task).or_default();
        taken.rows += rows;
        taken.bytes += bytes;
    }
}
