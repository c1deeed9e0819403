//! The mailbox of a task: what others sent it and it has not yet taken.
//!
//! Senders never wait, so a cycle of bolts cannot deadlock; what bounds a mailbox
//! is [`crate::pacing`]. Invariant: every row that enters a mailbox is counted in
//! the [`InFlight`] of the topology until the call that took it is over, so a
//! topology in which none is counted has nothing left to do.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use parking_lot::Mutex;
use stormcell_batch::Batch;
use tokio::sync::{Notify, oneshot};

use stormcell_sandbox::CloseReason;

use crate::pacing::Load;

/// Rows from one task, for one input.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Which of the receiver's inputs.
    pub(crate) input: u32,
    /// The task that emitted them.
    pub(crate) source_task: u32,
    /// The rows.
    pub(crate) batch: Batch,
}

/// What a task takes out of its mailbox.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Rows, in the order in which they came.
    Rows(Vec<Delivery>),
    /// The task is to close; the sender is told when it has.
    Close(CloseReason, oneshot::Sender<()>),
    /// Nothing is there.
    Nothing,
}

/// How much one call may be given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallSize {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

#[derive(Debug, Default)]
struct Queue {
    deliveries: VecDeque<Delivery>,
    close: Option<(CloseReason, oneshot::Sender<()>)>,
    /// Nothing more comes in.
    closed: bool,
}

/// The mailbox of one task.
#[derive(Debug)]
pub(crate) struct Mailbox {
    queue: Mutex<Queue>,
    arrival: Notify,
    /// How much the task has to do; read by senders that choose the least loaded.
    pub(crate) load: Load,
    in_flight: Arc<InFlight>,
}

impl Mailbox {
    pub(crate) fn new(load: Load, in_flight: Arc<InFlight>) -> Self {
        Self {
            queue: Mutex::default(),
            arrival: Notify::new(),
            load,
            in_flight,
        }
    }

    /// Puts rows in. Rows for a task that closes are dropped: components are closed
    /// upstream first, so these come round a cycle, and their trees, if any, are
    /// those of a topology that was stopped.
    pub(crate) fn push(&self, delivery: Delivery) {
        let rows = delivery.batch.rows();
        if rows == 0 {
            return;
        }
        let bytes = delivery.batch.columns.bytes();
        let mut queue = self.queue.lock();
        if queue.closed {
            return;
        }
        self.in_flight.enter(rows);
        self.load.add(rows, bytes);
        queue.deliveries.push_back(delivery);
        drop(queue);
        self.arrival.notify_one();
    }

    /// Asks the task to close once it has taken everything that is there.
    pub(crate) fn close(&self, reason: CloseReason) -> oneshot::Receiver<()> {
        let (done, closed) = oneshot::channel();
        let mut queue = self.queue.lock();
        queue.close = Some((reason, done));
        // A cycle could bring rows for ever.
        queue.closed = true;
        drop(queue);
        self.arrival.notify_one();
        closed
    }

    /// The task has ended: what is still there is dropped, nothing more comes in.
    pub(crate) fn shut(&self) {
        self.queue.lock().closed = true;
        self.discard();
    }

    /// Drops what is there.
    pub(crate) fn discard(&self) {
        let left = std::mem::take(&mut self.queue.lock().deliveries);
        for delivery in left {
            let rows = delivery.batch.rows();
            self.load.take(rows, delivery.batch.columns.bytes());
            self.done(rows);
        }
    }

    /// Waits until something may be there.
    pub(crate) async fn arrival(&self) {
        self.arrival.notified().await;
    }

    /// Takes the oldest deliveries, up to the size of a call, at least one row.
    /// The rows stay in flight until [`Self::done`] is called for them.
    pub(crate) fn take(&self, size: CallSize) -> Taken {
        let mut taken = Vec::new();
        let (mut rows, mut bytes) = (0, 0);
        let mut queue = self.queue.lock();
        while rows < size.rows && bytes < size.bytes {
            let Some(mut delivery) = queue.deliveries.pop_front() else {
                break;
            };
            let fits = fitting(&delivery.batch, size.rows - rows, size.bytes - bytes);
            if fits < delivery.batch.rows() {
                let rest = delivery.batch.slice(fits, delivery.batch.rows() - fits);
                queue.deliveries.push_front(Delivery {
                    batch: rest,
                    ..delivery
                });
                delivery.batch = delivery.batch.slice(0, fits);
            }
            rows += delivery.batch.rows();
            bytes += delivery.batch.columns.bytes();
            taken.push(delivery);
        }
        if taken.is_empty() {
            return match queue.close.take() {
                Some((reason, done)) => Taken::Close(reason, done),
                None => Taken::Nothing,
            };
        }
        drop(queue);
        self.load.take(rows, bytes);
        Taken::Rows(taken)
    }

    /// The call that took these rows is over, and whatever it emitted is sent.
    pub(crate) fn done(&self, rows: usize) {
        self.load.done(rows);
        self.in_flight.leave(rows);
    }
}

/// How many of the first rows fit, by their average size; at least one.
fn fitting(batch: &Batch, rows: usize, bytes: usize) -> usize {
    let total = batch.columns.bytes();
    let by_bytes = if total <= bytes {
        batch.rows()
    } else {
        batch.rows() * bytes / total
    };
    batch.rows().min(rows).min(by_bytes).max(1)
}

/// How many rows of a topology are in mailboxes or in calls.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    rows: AtomicI64,
    watched: AtomicBool,
    emptied: Notify,
}

impl InFlight {
    pub(crate) fn enter(&self, rows: usize) {
        self.rows.fetch_add(rows as i64, Ordering::SeqCst);
    }

    /// Rows whose call is over, and whatever it emitted has entered.
    pub(crate) fn leave(&self, rows: usize) {
        let before = self.rows.fetch_sub(rows as i64, Ordering::SeqCst);
        if before == rows as i64 && self.watched.load(Ordering::SeqCst) {
            self.emptied.notify_waiters();
        }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Ordering::SeqCst).max(0) as u64
    }

    /// Waits until there was a moment without rows.
    pub(crate) async fn empty(&self) {
        self.watched.store(true, Ordering::SeqCst);
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if self.rows.load(Ordering::SeqCst) == 0 {
                return;
            }
            emptied.await;
        }
    }
}
