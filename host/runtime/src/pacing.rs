//! Pacing: who may go on, so that every busy task finds its next rows waiting
//! and little more behind them.
//!
//! Nothing ever waits in the middle of a call, and nobody waits to send. Before a
//! call, a spout waits while any component that its rows can reach has more rows
//! or bytes queued than its share, and a bolt waits while any component beyond it
//! (that cannot reach back) has more than twice that. A task therefore waits only
//! for tasks farther down, and the last ones wait for nobody: no deadlock, cycles
//! included. Within a cycle only the spouts are held back; a cycle that multiplies
//! rows faster than its components work is stopped by what rows may take of memory, at
//! which they are refused and their trees fail ([`crate::account`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::account::Account;

/// Rows queued for each task, above which a component's sources pause. With it a
/// task that takes [`crate::CALL_ROWS`] at a time has its next call waiting.
const ROWS_A_TASK: usize = 2 * crate::CALL_ROWS;
/// Bytes queued for a component, above which its sources pause.
const BYTES_A_COMPONENT: usize = 64 << 20;
/// Which part of what its rows may take that is at most, in all workers together: each knows
/// only what it has sent itself, and the worker of the task refuses what is too much.
const PART: u64 = 8;

/// How many times the share of a component may be queued before spouts wait.
const SPOUT_SHARES: usize = 1;
/// The same for bolts: the highest bound.
const BOLT_SHARES: usize = 2;

/// What is queued for the tasks of one component.
#[derive(Debug)]
pub(crate) struct Queues {
    rows: AtomicUsize,
    bytes: AtomicUsize,
    /// Of these rows, those that were sent to other workers.
    rows_elsewhere: AtomicUsize,
    tasks: AtomicUsize,
    /// How many workers may send to it.
    workers: AtomicU64,
    /// Rows that were refused, because the account was full.
    refused: AtomicU64,
    /// What its rows take, those that do not wait included.
    account: Arc<Account>,
}

impl Queues {
    pub(crate) fn new(tasks: usize, account: Arc<Account>) -> Self {
        Self {
            rows: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            rows_elsewhere: AtomicUsize::new(0),
            tasks: AtomicUsize::new(tasks),
            workers: AtomicU64::new(1),
            refused: AtomicU64::new(0),
            account,
        }
    }

    /// Rows that wait in this process.
    pub(crate) fn rows(&self) -> usize {
        let elsewhere = self.rows_elsewhere.load(Ordering::Relaxed);
        self.rows.load(Ordering::Relaxed).saturating_sub(elsewhere)
    }

    /// From now on the component has so many tasks, to which so many workers may send.
    pub(crate) fn set_size(&self, tasks: usize, workers: u32) {
        self.tasks.store(tasks, Ordering::Relaxed);
        self.workers.store(workers.into(), Ordering::Relaxed);
    }

    fn above(&self, times: usize) -> bool {
        let tasks = self.tasks.load(Ordering::Relaxed);
        self.rows.load(Ordering::SeqCst) > times * ROWS_A_TASK * tasks
            || self.bytes.load(Ordering::SeqCst) > times * self.bytes_a_share()
    }

    fn bytes_a_share(&self) -> usize {
        let workers = self.workers.load(Ordering::Relaxed).max(1);
        let part = self.account.limit() / PART / workers;
        let part = usize::try_from(part).unwrap_or(usize::MAX);
        part.min(BYTES_A_COMPONENT)
    }

    /// What its rows take.
    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// Rows for it were refused.
    pub(crate) fn refuse(&self, rows: usize) {
        self.refused.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// How many rows for it were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// Wakes those who wait for queues to shrink.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    waiting: AtomicBool,
    shrunk: Notify,
}

/// What one mailbox adds to the queues of its component.
#[derive(Debug)]
pub(crate) struct Load {
    rows: AtomicU64,
    queues: Arc<Queues>,
    waiters: Arc<Waiters>,
    elsewhere: bool,
    /// The task is quarantined: whatever it is sent fails.
    out: AtomicBool,
}

impl Load {
    /// The load of a task of this process.
    pub(crate) fn new(queues: Arc<Queues>, waiters: Arc<Waiters>) -> Self {
        Self {
            rows: AtomicU64::new(0),
            queues,
            waiters,
            elsewhere: false,
            out: AtomicBool::new(false),
        }
    }

    /// The load that this process is to a task of another worker.
    pub(crate) fn elsewhere(queues: Arc<Queues>, waiters: Arc<Waiters>) -> Self {
        Self {
            elsewhere: true,
            ..Self::new(queues, waiters)
        }
    }

    /// Rows that wait for the task or that it works on. Of a task that works on none any
    /// more: as many as there can be, so that whoever can choose chooses another.
    pub(crate) fn rows(&self) -> u64 {
        if self.out.load(Ordering::Relaxed) {
            return u64::MAX;
        }
        self.rows.load(Ordering::Relaxed)
    }

    /// Whether the task works on no rows any more.
    pub(crate) fn set_out(&self, out: bool) {
        self.out.store(out, Ordering::Relaxed);
    }

    pub(crate) fn queues(&self) -> &Queues {
        &self.queues
    }

    pub(crate) fn add(&self, rows: usize, bytes: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        if self.elsewhere {
            self.queues
                .rows_elsewhere
                .fetch_add(rows, Ordering::Relaxed);
        }
        self.queues.rows.fetch_add(rows, Ordering::SeqCst);
        self.queues.bytes.fetch_add(bytes, Ordering::SeqCst);
    }

    /// The task has worked these rows off.
    pub(crate) fn done(&self, rows: usize) {
        self.rows.fetch_sub(rows as u64, Ordering::Relaxed);
    }

    /// The task has taken these rows out of its mailbox.
    pub(crate) fn take(&self, rows: usize, bytes: usize) {
        if self.elsewhere {
            self.queues
                .rows_elsewhere
                .fetch_sub(rows, Ordering::Relaxed);
        }
        self.queues.rows.fetch_sub(rows, Ordering::SeqCst);
        self.queues.bytes.fetch_sub(bytes, Ordering::SeqCst);
        // Whoever this queue holds back is still held back above the highest bound, and
        // thousands may wait: they are woken when it is of use to some.
        if !self.queues.above(BOLT_SHARES) && self.waiters.waiting.swap(false, Ordering::SeqCst) {
            self.waiters.shrunk.notify_waiters();
        }
    }
}

/// A task of another worker took rows, or they were lost with its worker. `places` are the
/// loads of the workers in which it was, one after another: what it was sent first counts
/// first, and no load counts more than was sent to it.
pub(crate) fn taken_elsewhere<'a>(
    places: impl Iterator<Item = &'a Load>,
    rows: usize,
    bytes: usize,
) {
    let mut left = rows;
    for load in places {
        let here = left.min(load.rows() as usize);
        left -= here;
        let bytes = if left == 0 { bytes } else { 0 };
        load.queues().account().give_back(bytes);
        load.take(here, bytes);
        load.done(here);
        if left == 0 {
            return;
        }
    }
}

/// The queues that one task waits for.
#[derive(Debug, Clone)]
pub(crate) struct Pacer {
    queues: Vec<Arc<Queues>>,
    names: Vec<String>,
    times: usize,
    waiters: Arc<Waiters>,
}

impl Pacer {
    /// For a spout: `queues` are those of all components that its rows can reach.
    pub(crate) fn spout(queues: Vec<(String, Arc<Queues>)>, waiters: Arc<Waiters>) -> Self {
        Self::new(queues, SPOUT_SHARES, waiters)
    }

    /// For a bolt: `queues` are those of the components beyond it.
    pub(crate) fn bolt(queues: Vec<(String, Arc<Queues>)>, waiters: Arc<Waiters>) -> Self {
        Self::new(queues, BOLT_SHARES, waiters)
    }

    fn new(queues: Vec<(String, Arc<Queues>)>, times: usize, waiters: Arc<Waiters>) -> Self {
        let (names, queues) = queues.into_iter().unzip();
        Self {
            queues,
            names,
            times,
            waiters,
        }
    }

    /// The component that holds the task back, if one does.
    pub(crate) fn held_back_by(&self) -> Option<&str> {
        self.queues
            .iter()
            .position(|queues| queues.above(self.times))
            .and_then(|at| self.names.get(at))
            .map(String::as_str)
    }

    /// Waits until no component holds the task back.
    pub(crate) async fn ready(&self) {
        while self.held_back_by().is_some() {
            let shrunk = self.waiters.shrunk.notified();
            tokio::pin!(shrunk);
            shrunk.as_mut().enable();
            self.waiters.waiting.store(true, Ordering::SeqCst);
            if self.held_back_by().is_none() {
                return;
            }
            shrunk.await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_sandbox::Budget;

    use super::*;

    /// Each worker held its spouts back by what it had sent itself. Together they sent a slow
    /// bolt more than its rows may take, and what is more was refused there.
    #[test]
    fn all_workers_together_queue_no_more_than_a_part_of_what_rows_may_take() {
        for (workers, limit) in [(1, 1 << 30), (2, 1 << 30), (8, 1 << 30), (32, 4 << 20)] {
            let account = Arc::new(Account::new(Arc::new(Budget::new(limit))));
            let queues = Queues::new(1, account);
            queues.set_size(1, workers);
            let share = queues.bytes_a_share();
            let all = BOLT_SHARES * workers as usize * share;
            assert!(all as u64 <= limit / 4, "{workers} workers: {share} each");
            assert!(share > 0);
        }
    }

    /// A worker said late that a task had taken its rows, which had moved meanwhile: they
    /// stayed charged, or were taken off what the task had been sent where it was then.
    #[test]
    fn what_a_task_took_before_it_moved_is_given_back() {
        let account = Arc::new(Account::new(Arc::new(Budget::new(1_000))));
        let queues = Arc::new(Queues::new(1, Arc::clone(&account)));
        let load = || Load::elsewhere(Arc::clone(&queues), Arc::default());
        let (before, now) = (load(), load());
        let send = |load: &Load, rows, bytes| {
            account.reserve(bytes).unwrap();
            load.add(rows, bytes);
        };
        send(&before, 3, 30);
        // It is in this process now.
        taken_elsewhere([&before].into_iter(), 1, 10);
        assert_eq!((before.rows(), account.used()), (2, 20));
        // And then in another worker.
        send(&now, 5, 50);
        taken_elsewhere([&before, &now].into_iter(), 3, 30);
        assert_eq!((before.rows(), now.rows(), account.used()), (0, 4, 40));
        taken_elsewhere([&before, &now].into_iter(), 4, 40);
        assert_eq!((before.rows(), now.rows(), account.used()), (0, 0, 0));
        assert!(!queues.above(0));
    }
}
