//! The mailbox of a task: what others sent it and it has not yet taken.
//!
//! Senders never wait, so a cycle of bolts cannot deadlock; what bounds a mailbox
//! is [`crate::pacing`], and in the end [`crate::account`]. Invariant: every row that enters a mailbox is counted in
//! the [`InFlight`] of the topology until the call that took it is over, so a
//! topology in which none is counted has nothing left to do.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use parking_lot::Mutex;
use stormcell_batch::{Batch, Lineage};
use stormcell_links::Credit;
use stormcell_sandbox::CloseReason;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::account::Held;
use crate::holders::{self, Sought};
use crate::pacing::Load;
use crate::task::BoltCommand;

/// Rows from one task, for one input.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Which of the receiver's inputs.
    pub(crate) input: u32,
    /// The task that emitted them.
    pub(crate) source_task: u32,
    /// The rows.
    pub(crate) batch: Batch,
    /// Rows of another worker: told as they are taken.
    pub(crate) credit: Option<Credit>,
    /// What they are charged with; `None`: with what the rest of their batch is.
    pub(crate) held: Option<Held>,
}

/// What a delivery of rows with this lineage costs that is in a mailbox, without their
/// values. Queues have up to twice the room that they need.
pub(crate) fn cost(lineage: &Lineage) -> usize {
    2 * size_of::<Waiting>() + lineage.cost()
}

/// Rows that wait, and how many bytes pacing counts for them.
#[derive(Debug)]
struct Waiting {
    delivery: Delivery,
    bytes: usize,
    /// Whether they were here when [`Mailbox::still_waiting`] was called.
    was_seen: bool,
}

/// What a task takes out of its mailbox.
#[derive(Debug)]
pub(crate) enum Taken {
    /// Something to do between two calls; comes before rows.
    Command(BoltCommand),
    /// Rows, in the order in which they came.
    Rows(Vec<Delivery>),
    /// The task is to close; the sender is told when it has.
    Close(CloseReason, oneshot::Sender<()>),
    /// Nothing is there.
    Nothing,
}

/// How much may be taken at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

#[derive(Debug, Default)]
struct Queue {
    deliveries: VecDeque<Waiting>,
    commands: VecDeque<BoltCommand>,
    close: Option<(CloseReason, oneshot::Sender<()>)>,
    /// Nothing more comes in.
    closed: bool,
    /// Nobody takes anything out any more.
    ended: bool,
}

/// The mailbox of one task.
#[derive(Debug)]
pub(crate) struct Mailbox {
    queue: Mutex<Queue>,
    /// The rows of the call that goes on, and when it began.
    working: Mutex<Option<(Arc<Lineage>, Instant)>>,
    arrival: Notify,
    commanded: Notify,
    /// How much the task has to do; read by senders that choose the least loaded.
    pub(crate) load: Load,
    in_flight: Arc<InFlight>,
}

impl Mailbox {
    pub(crate) fn new(load: Load, in_flight: Arc<InFlight>) -> Self {
        Self {
            queue: Mutex::default(),
            working: Mutex::default(),
            arrival: Notify::new(),
            commanded: Notify::new(),
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
        let bytes = delivery.batch.columns.bytes() + delivery.batch.lineage.cost();
        let mut queue = self.queue.lock();
        if queue.closed {
            return;
        }
        self.in_flight.enter(rows);
        self.load.add(rows, bytes);
        queue.deliveries.push_back(Waiting {
            delivery,
            bytes,
            was_seen: false,
        });
        drop(queue);
        self.arrival.notify_one();
    }

    /// Gives the task something to do before its next call. If the task has ended,
    /// the command is dropped, and with it whom it was to answer.
    pub(crate) fn command(&self, command: BoltCommand) {
        let mut queue = self.queue.lock();
        if !queue.ended {
            // A task that is stuck would be asked again and again.
            queue.commands.retain(|before| !before.is_given_up());
            queue.commands.push_back(command);
        }
        drop(queue);
        self.arrival.notify_one();
        self.commanded.notify_one();
    }

    /// A call with these rows begins; `None`: it is over.
    pub(crate) fn works_on(&self, rows: Option<&Arc<Lineage>>) {
        *self.working.lock() = rows.map(|rows| (Arc::clone(rows), Instant::now()));
    }

    /// Calls `each` with the roots that are looked for of rows that are here or in the call
    /// that goes on.
    pub(crate) fn look_for(&self, sought: &Sought, mut each: impl FnMut(u64, holders::Held)) {
        for waiting in &self.queue.lock().deliveries {
            let lineage = &waiting.delivery.batch.lineage;
            sought.among(lineage, |root| each(root, holders::Held::Waiting));
        }
        let working = self.working.lock().clone();
        if let Some((lineage, since)) = working {
            let held = holders::Held::InCall(since.elapsed());
            sought.among(&lineage, |root| each(root, held));
        }
    }

    /// Calls `each` with the lineage of those rows that were here as well when this was last
    /// called.
    pub(crate) fn still_waiting(&self, mut each: impl FnMut(&Lineage)) {
        for waiting in &mut self.queue.lock().deliveries {
            if waiting.was_seen {
                each(&waiting.delivery.batch.lineage);
            }
            waiting.was_seen = true;
        }
    }

    /// Whether there is something to do before the next call.
    pub(crate) fn has_commands(&self) -> bool {
        !self.queue.lock().commands.is_empty()
    }

    /// Asks the task to close once it has taken everything that is there.
    pub(crate) fn close(&self, reason: CloseReason) -> oneshot::Receiver<()> {
        let (done, closed) = oneshot::channel();
        let mut queue = self.queue.lock();
        if !queue.ended {
            queue.close = Some((reason, done));
        }
        // A cycle could bring rows for ever.
        queue.closed = true;
        drop(queue);
        self.arrival.notify_one();
        closed
    }

    /// The task has ended: what is still there is dropped, nothing more comes in.
    pub(crate) fn shut(&self) {
        let mut queue = self.queue.lock();
        queue.closed = true;
        queue.ended = true;
        queue.close = None;
        queue.commands.clear();
        drop(queue);
        self.discard();
    }

    /// Whether nothing more comes in.
    pub(crate) fn is_closed(&self) -> bool {
        self.queue.lock().closed
    }

    /// Drops what is there.
    pub(crate) fn discard(&self) {
        let left = std::mem::take(&mut self.queue.lock().deliveries);
        for Waiting {
            delivery, bytes, ..
        } in left
        {
            let rows = delivery.batch.rows();
            self.load.take(rows, bytes);
            self.done(rows);
        }
    }

    /// Waits until something may be there.
    pub(crate) async fn arrival(&self) {
        self.arrival.notified().await;
    }

    /// Waits until a command may be there.
    pub(crate) async fn commanded(&self) {
        self.commanded.notified().await;
    }

    /// Takes the oldest deliveries, up to this size, at least one row.
    /// The rows stay in flight until [`Self::done`] is called for them.
    pub(crate) fn take(&self, size: Most) -> Taken {
        let mut taken = Vec::new();
        let (mut rows, mut bytes) = (0, 0);
        let mut queue = self.queue.lock();
        if let Some(command) = queue.commands.pop_front() {
            return Taken::Command(command);
        }
        while rows < size.rows && bytes < size.bytes {
            let Some(waiting) = queue.deliveries.pop_front() else {
                break;
            };
            let Waiting {
                mut delivery,
                bytes: mut here,
                was_seen,
            } = waiting;
            let all = delivery.batch.rows();
            let fits = fitting(all, here, size.rows - rows, size.bytes - bytes);
            if fits < all {
                let rest = delivery.batch.slice(fits, all - fits);
                let mut credit = delivery.credit.take();
                if let Some(credit) = &mut credit {
                    credit.taken(fits);
                }
                let batch = delivery.batch.slice(0, fits);
                let taken = (here as u128 * fits as u128 / all as u128) as usize;
                // Their values stay in memory for as long as the rest is there.
                let held = delivery.held.take();
                queue.deliveries.push_front(Waiting {
                    delivery: Delivery {
                        batch: rest,
                        credit,
                        held,
                        ..delivery
                    },
                    bytes: here - taken,
                    was_seen,
                });
                delivery.batch = batch;
                here = taken;
            }
            // Dropped, a credit counts what is left of it as taken.
            delivery.credit = None;
            rows += delivery.batch.rows();
            bytes += here;
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

/// How many of the first of `all` rows of `total` bytes fit, by their average size; at
/// least one.
fn fitting(all: usize, total: usize, rows: usize, bytes: usize) -> usize {
    let by_bytes = if total <= bytes {
        all
    } else {
        (all as u128 * bytes as u128 / total as u128) as usize
    };
    all.min(rows).min(by_bytes).max(1)
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
