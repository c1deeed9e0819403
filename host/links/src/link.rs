//! The way to one worker, whichever incarnation of it is alive.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use stormcell_acking::Touched;
use stormcell_batch::Batch;

use crate::codec::{self, CodecError, MAX_FRAME};
use crate::outgoing::{Closed, Gone, Outgoing, Owing};
use crate::{Inbox, Owed, Rows};

/// The way to one worker. Sending never waits.
#[derive(Debug)]
pub struct Link {
    worker: u32,
    /// The longest payload of a frame.
    max_frame: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The incarnation that is alive.
    current: Option<Arc<Outgoing>>,
    /// Rows for the next incarnation, if none is alive.
    rows: VecDeque<Rows>,
    /// How many they are.
    waiting: usize,
    /// What is owed to the next incarnation, if none is alive.
    owed: VecDeque<Owed>,
    /// How much is in there.
    owed_entries: usize,
    /// Nothing is sent any more.
    stopped: bool,
}

impl Link {
    /// What is owed to an incarnation that this worker has not heard of yet waits; so
    /// many messages of it. What is owed to one that is dead is ignored by the next.
    const WAITING_OWED: usize = 1024;
    /// And so many updates, failures and extensions in all of them.
    const WAITING_ENTRIES: usize = 1 << 20;

    pub(crate) fn new(worker: u32) -> Self {
        Self::with_max_frame(worker, MAX_FRAME)
    }

    pub(crate) fn with_max_frame(worker: u32, max_frame: usize) -> Self {
        Self {
            worker,
            max_frame,
            state: Mutex::default(),
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
    pub fn send_rows(&self, mut rows: Rows) -> Touched {
        loop {
            let current = {
                let mut state = self.state.lock();
                match &state.current {
                    Some(current) => Arc::clone(current),
                    None if state.stopped => return Touched::NONE,
                    None => {
                        state.waiting += rows.batch.rows();
                        state.rows.push_back(alone(rows));
                        return Touched::NONE;
                    }
                }
            };
            match self.send(&current, rows) {
                Ok(()) => return current.bit,
                // It died meanwhile: there is another by now, or none.
                Err(unsent) => rows = unsent,
            }
        }
    }

    /// Sends what is owed to ledgers of the worker. It is not sent to a later
    /// incarnation than the one that is alive.
    pub fn send_owed(&self, owed: Owed) {
        let current = {
            let mut state = self.state.lock();
            match &state.current {
                Some(current) => Arc::clone(current),
                None if state.stopped => return,
                None => {
                    state.owed_entries += owed.entries();
                    state.owed.push_back(owed);
                    while state.owed.len() > Self::WAITING_OWED
                        || state.owed_entries > Self::WAITING_ENTRIES
                    {
                        let Some(oldest) = state.owed.pop_front() else {
                            break;
                        };
                        state.owed_entries -= oldest.entries();
                    }
                    return;
                }
            }
        };
        self.owe(&current, owed);
    }

    /// How many rows wait because no incarnation is alive.
    pub fn waiting_rows(&self) -> usize {
        self.state.lock().waiting
    }

    /// From now on everything goes to this incarnation, first of all what waits.
    pub(crate) fn up(&self, outgoing: &Arc<Outgoing>, inbox: &dyn Inbox) {
        loop {
            let (rows, owed) = {
                let mut state = self.state.lock();
                if state.rows.is_empty() && state.owed.is_empty() {
                    state.current = Some(Arc::clone(outgoing));
                    return;
                }
                let rows = std::mem::take(&mut state.rows);
                state.owed_entries = 0;
                (rows, std::mem::take(&mut state.owed))
            };
            // Without the lock: who is told may send.
            for rows in rows {
                let count = rows.batch.rows();
                inbox.sent_late(&rows.batch.lineage, outgoing.bit);
                // Nobody else knows of it yet, so it is not closed.
                let _ = self.send(outgoing, rows);
                let mut state = self.state.lock();
                state.waiting = state.waiting.saturating_sub(count);
            }
            for owed in owed {
                self.owe(outgoing, owed);
            }
        }
    }

    /// From now on what is sent waits for the next incarnation.
    pub(crate) fn down(&self) {
        self.state.lock().current = None;
    }

    /// Drops what is sent from now on, and what waits.
    pub(crate) fn stop(&self) {
        let mut state = self.state.lock();
        *state = State {
            stopped: true,
            ..State::default()
        };
    }

    /// Sends rows to an incarnation, in several frames if need be. Gives back what
    /// was not sent because it died.
    fn send(&self, outgoing: &Outgoing, rows: Rows) -> Result<(), Rows> {
        let gone = Gone {
            task: rows.task,
            rows: rows.batch.rows() as u64,
            bytes: rows.cost,
        };
        match codec::encode_rows(&rows, self.max_frame) {
            Ok(frame) => outgoing.push(frame, gone).map_err(|Closed| rows),
            Err(CodecError::TooLarge { .. }) if rows.batch.rows() > 1 => {
                let half = rows.batch.rows() / 2;
                let part = |start, len| rows.batch.slice(start, len);
                let (first, second) = (part(0, half), part(half, rows.batch.rows() - half));
                let cost = part_of_cost(&rows, &first);
                let part = |batch, cost| Rows {
                    batch,
                    cost,
                    ..rows
                };
                let (first, second) = (part(first, cost), part(second, rows.cost - cost));
                // If it dies between the two, the first is lost with it and the second
                // waits for the next.
                self.send(outgoing, first).map_err(|first| Rows {
                    batch: rows.batch.clone(),
                    cost: rows.cost,
                    ..first
                })?;
                self.send(outgoing, second)
            }
            Err(error) => {
                tracing::error!(
                    task = rows.task,
                    source_task = rows.source_task,
                    rows = gone.rows,
                    bytes = gone.bytes,
                    "rows cannot be sent to another worker and are lost, so their trees \
                     will time out: {error}"
                );
                outgoing.lose(gone).map_err(|Closed| rows)
            }
        }
    }

    /// Sends what is owed to an incarnation, in several frames if need be.
    fn owe(&self, outgoing: &Outgoing, mut owed: Owed) {
        match codec::encode_owed(&owed, self.max_frame) {
            Ok(frame) => {
                // If it is dead, so are its ledgers.
                if let Ok(Owing::Dropped) = outgoing.owe(frame) {
                    tracing::warn!(
                        worker = self.worker,
                        "another worker has not confirmed {} MiB of acks: more are dropped, so \
                         their trees will time out",
                        Outgoing::MOST_OWED >> 20
                    );
                }
            }
            Err(error) => {
                let half = Owed {
                    incarnations: owed.incarnations.clone(),
                    updates: owed.updates.split_off(owed.updates.len() / 2),
                    failed: owed.failed.split_off(owed.failed.len() / 2),
                    extended: owed.extended.split_off(owed.extended.len() / 2),
                };
                if owed.updates.is_empty() && owed.failed.is_empty() && owed.extended.is_empty() {
                    tracing::error!("what is owed to another worker cannot be sent: {error}");
                    return;
                }
                self.owe(outgoing, owed);
                self.owe(outgoing, half);
            }
        }
    }
}

/// Rows that wait for a worker, without a larger batch that they are part of: nobody counts
/// that.
fn alone(mut rows: Rows) -> Rows {
    if rows.batch.columns.keep_others() {
        let all = (0..rows.batch.rows() as u32).collect();
        // A part of columns that fit into one is never too large.
        if let Ok(columns) = rows.batch.columns.gather(all) {
            rows.batch.columns = columns;
        }
    }
    rows
}

/// The part of the cost of rows that some of them have, by their values.
fn part_of_cost(rows: &Rows, some: &Batch) -> u64 {
    let (some, all) = match rows.batch.columns.bytes() {
        0 => (some.rows(), rows.batch.rows()),
        bytes => (some.columns.bytes(), bytes),
    };
    // No more than the whole: it fits.
    (u128::from(rows.cost) * some as u128 / all.max(1) as u128) as u64
}

#[cfg(test)]
mod tests;
