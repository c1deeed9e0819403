//! Who of those that compute in a process may go on, and who lets others go first.
//!
//! Two rules, both over windows of [`WINDOW`]. Time is an argument here, nanoseconds
//! since some moment that is the same for all of a process.
//!
//! - **`limits.cpu-share`**, if it is less than a core: in any stretch of time a task
//!   computes no more than its share of that time and of one window. What is above
//!   waits, however idle the machine is.
//! - **Fairness**, always: the fair share of a task is what the threads of the process
//!   have, divided by the tasks that want to compute. A task that has had more lets
//!   those that have had less go first. It goes on when none of them wants to compute,
//!   so nothing stands idle while somebody has work; or when it has had no more than
//!   its share again, so it is never kept waiting for good.
//!
//! Both are kept as the moment up to which a task has had its share ([`Account`]).
//! Computing for a while at a share of a tenth moves that moment on by ten times the
//! while.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use stormcell_topology::CpuShare;

use crate::ticker::TICK;

/// What shares are shares of, and who counts as wanting to compute: who was stopped in
/// the middle of it, and who has computed in this window or the last one before it in
/// which somebody did.
pub(crate) const WINDOW: Duration = Duration::from_millis(100);

const WINDOW_NANOS: u64 = WINDOW.as_nanos() as u64;

/// A task is looked at when it has computed for so long since it was last let go on:
/// less would cost calls that are short, more would let it go on for longer at a time.
const QUANTUM: u64 = TICK.as_nanos() as u64;

/// How far ahead of its fair share a task is held to be at most. What it computed
/// while nobody else wanted to is not held against it for longer than this.
const FARTHEST_AHEAD: u64 = FARTHEST_WINDOW * WINDOW_NANOS;

/// How many windows back anything counts.
const FARTHEST_WINDOW: u64 = 10;

/// How many tasks of a process want to compute.
#[derive(Debug)]
pub(crate) struct Shares {
    /// Those that were stopped while they computed, until they go on and are done. They
    /// may be more than get their turn within a window.
    stopped: AtomicU32,
    /// The others that computed lately. For all to read; what it is made of is in
    /// `counts`.
    lately: AtomicU32,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    window: u64,
    now: u32,
    before: u32,
}

impl Shares {
    pub(crate) fn new() -> Self {
        Self {
            stopped: AtomicU32::new(0),
            lately: AtomicU32::new(0),
            counts: Mutex::default(),
        }
    }

    /// A task computes in this window, and has not said so before.
    fn computes(&self, window: u64) {
        let mut counts = self.counts.lock();
        // One that was late to look at the clock counts for the newer window.
        if window > counts.window {
            counts.before = match window - counts.window {
                // Between two turns of each there may be many turns of those that spin.
                ..=FARTHEST_WINDOW => counts.now,
                _ => 0,
            };
            counts.now = 0;
            counts.window = window;
        }
        counts.now = counts.now.saturating_add(1);
        let lately = counts.now.max(counts.before);
        self.lately.store(lately, Ordering::Relaxed);
    }

    /// The tasks that want to compute.
    fn tasks(&self) -> u64 {
        let stopped = self.stopped.load(Ordering::Relaxed);
        u64::from(stopped) + u64::from(self.lately.load(Ordering::Relaxed))
    }
}

/// Up to when a task has had its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    until: u64,
}

impl Account {
    /// A task that has computed nothing: it has a window to spare.
    const NEW: Self = Self { until: 0 };

    /// It has computed for `nanos` up to now, at a share of `part / whole` of a core.
    /// What it did not have in the last `spare` nanoseconds it has still, and no more.
    fn charge(&mut self, now: u64, nanos: u64, (part, whole): (u64, u64), spare: u64) {
        let moved = nanos.saturating_mul(whole) / part.max(1);
        let from = self.until.max(now.saturating_sub(spare));
        self.until = from.saturating_add(moved);
    }

    /// How long until it has had no more than its share.
    fn ahead(self, now: u64) -> Option<u64> {
        self.until.checked_sub(now).filter(|ahead| *ahead > 0)
    }
}

/// What has been computed on a thread by tasks that have not had their fair share.
/// Grows; what it was before is compared with what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Others {
    pub(crate) thread: std::thread::ThreadId,
    pub(crate) nanos: u64,
}

/// What a task that is about to compute does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing.
    Go,
    /// It lets everybody else of its thread go first, and then asks again.
    GiveWay,
    /// It waits for so long, and then asks again.
    Wait(Duration),
}

/// What one task has had.
#[derive(Debug)]
pub(crate) struct TaskShare {
    /// Threads that the tasks of its process compute on.
    threads: u64,
    /// Its own limit in thousandths of a core, if that is less than all of it.
    limit: Option<u64>,
    limited: Account,
    fair: Account,
    /// The window in which it last counted among those that compute.
    window: Option<u64>,
    /// It counts among those that were stopped.
    stopped: bool,
    /// What it has computed since it was last looked at and let go on.
    since: u64,
    /// While it lets others go first: what they had computed when it began to.
    giving_way: Option<Others>,
}

impl TaskShare {
    /// A task with this limit, in a process that computes on so many threads.
    pub(crate) fn new(limit: CpuShare, threads: usize) -> Self {
        Self {
            threads: threads.max(1) as u64,
            limit: (limit < CpuShare::WHOLE).then_some(u64::from(limit.thousandths())),
            limited: Account::NEW,
            fair: Account::NEW,
            window: None,
            stopped: false,
            since: 0,
            giving_way: None,
        }
    }

    /// It is about to compute.
    pub(crate) fn turn(&mut self, all: &Shares, now: u64, others: impl Fn() -> Others) -> Turn {
        if !self.stopped {
            self.count(all, now);
        }
        if self.limit.is_some()
            && let Some(ahead) = self.limited.ahead(now)
        {
            return Turn::Wait(Duration::from_nanos(ahead));
        }
        if self.since < QUANTUM {
            return Turn::Go;
        }
        if self.fair.ahead(now).is_some() {
            let others = others();
            if self.giving_way.replace(others) != Some(others) {
                return Turn::GiveWay;
            }
            // Nobody of this thread has computed meanwhile who had not had his share.
        }
        self.let_on();
        Turn::Go
    }

    /// It is let go on, whatever it has had.
    pub(crate) fn let_on(&mut self) {
        self.since = 0;
        self.giving_way = None;
    }

    /// It counts among those that compute in this window.
    fn count(&mut self, all: &Shares, now: u64) {
        let window = now / WINDOW_NANOS;
        if self.window.replace(window) != Some(window) {
            all.computes(window);
        }
    }

    /// It was stopped while it computed, and wants to go on.
    pub(crate) fn stopped(&mut self, all: &Shares) {
        if !std::mem::replace(&mut self.stopped, true) {
            all.stopped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// It has computed what it wanted to, waits for the host, or is no more.
    pub(crate) fn done(&mut self, all: &Shares, now: u64) {
        if std::mem::take(&mut self.stopped) {
            self.count(all, now);
            all.stopped.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// It has computed for `nanos` up to now: whether it still has not had its fair
    /// share.
    pub(crate) fn computed(&mut self, all: &Shares, now: u64, nanos: u64) -> bool {
        // A guest is stopped after a tick. What is much longer is the kernel's doing,
        // which let other processes have the core meanwhile.
        let nanos = nanos.min(WINDOW_NANOS);
        if let Some(limit) = self.limit {
            self.limited
                .charge(now, nanos, (limit, 1_000), WINDOW_NANOS);
        }
        let tasks = all.tasks().max(1);
        // Those that spin may keep it waiting for as long as a turn of each takes.
        let spare = WINDOW_NANOS.max(tasks * QUANTUM / self.threads);
        self.fair.charge(now, nanos, (self.threads, tasks), spare);
        self.fair.until = self.fair.until.min(now.saturating_add(FARTHEST_AHEAD));
        self.since = self.since.saturating_add(nanos);
        self.fair.ahead(now).is_none()
    }
}

#[cfg(test)]
mod tests;
