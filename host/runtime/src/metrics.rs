//! What a component did: exact counters, shared by its tasks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use hdrhistogram::Histogram;
use parking_lot::Mutex;
use stormcell_protocol::{ComponentReport, QuarantinedTask};
use stormcell_topology::{ComponentKind, plain_text};

use crate::errors::ErrorLog;
use crate::figures::Figures;
use crate::pacing::Queues;

/// The longest call that is told from longer ones, in nanoseconds: an hour.
const LONGEST_CALL: u64 = 3_600_000_000_000;

/// Bytes of why a task is quarantined. There may be many, and a heartbeat has all of them.
const QUARANTINED: usize = 8 << 10;

/// A counter.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counters of one component.
#[derive(Debug)]
pub(crate) struct ComponentMetrics {
    id: String,
    kind: ComponentKind,
    /// How many of its tasks are in this process.
    tasks: AtomicU32,
    queues: Arc<Queues>,
    pub(crate) rows_in: Count,
    pub(crate) out: Count,
    pub(crate) acked: Count,
    pub(crate) failed: Count,
    pub(crate) replayed: Count,
    pub(crate) timed_out: Count,
    pub(crate) dropped_by_fault: Count,
    pub(crate) restarts: Count,
    pub(crate) dead_letters: Count,
    /// Failures of rows that their spout, which has ids of its own, emitted again and that were
    /// acked then.
    pub(crate) emitted_again: Count,
    /// Calls without rows that failed.
    pub(crate) failed_calls: Count,
    pub(crate) errors: ErrorLog,
    /// Whether one of its tasks has printed what is not shown.
    discards_output: AtomicBool,
    /// Why tasks are quarantined.
    quarantined: Mutex<BTreeMap<u32, String>>,
    waiting: Mutex<Option<String>>,
    busy: AtomicU64,
    calls: Mutex<Histogram<u64>>,
    figures: Mutex<Figures>,
}

impl ComponentMetrics {
    pub(crate) fn new(id: &str, kind: ComponentKind, queues: Arc<Queues>) -> Self {
        // Two significant digits; a range that is valid by construction.
        let calls = Histogram::new_with_bounds(1, LONGEST_CALL, 2)
            .unwrap_or_else(|_| unreachable!("1 <= {LONGEST_CALL} / 2"));
        Self {
            id: id.to_owned(),
            kind,
            tasks: AtomicU32::new(0),
            queues,
            rows_in: Count::default(),
            out: Count::default(),
            acked: Count::default(),
            failed: Count::default(),
            replayed: Count::default(),
            timed_out: Count::default(),
            dropped_by_fault: Count::default(),
            restarts: Count::default(),
            dead_letters: Count::default(),
            emitted_again: Count::default(),
            failed_calls: Count::default(),
            errors: ErrorLog::default(),
            discards_output: AtomicBool::new(false),
            quarantined: Mutex::default(),
            waiting: Mutex::default(),
            busy: AtomicU64::new(0),
            calls: Mutex::new(calls),
            figures: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// So many of its tasks are in this process from now on.
    pub(crate) fn set_tasks(&self, tasks: usize) {
        self.tasks
            .store(u32::try_from(tasks).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// A task printed what is not shown: whether it is the first of the component here.
    pub(crate) fn is_first_to_discard_output(&self) -> bool {
        !self.discards_output.swap(true, Ordering::Relaxed)
    }

    /// A call into a task took this long.
    pub(crate) fn called(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.busy.fetch_add(nanos, Ordering::Relaxed);
        self.calls.lock().saturating_record(nanos);
    }

    /// A spout task does not emit for this reason, or emits.
    pub(crate) fn waits(&self, reason: Option<String>) {
        *self.waiting.lock() = reason;
    }

    /// A task is quarantined for this reason.
    pub(crate) fn quarantine(&self, task: u32, reason: &str) {
        let reason = plain_text::bounded(QUARANTINED, reason);
        self.quarantined.lock().insert(task, reason);
    }

    /// A task is not quarantined, or not any more.
    pub(crate) fn release(&self, task: u32) {
        self.quarantined.lock().remove(&task);
    }

    /// Only these tasks are in this process from now on.
    pub(crate) fn keep_quarantined(&self, tasks: &[u32]) {
        self.quarantined
            .lock()
            .retain(|task, _| tasks.contains(task));
    }

    /// A component adds to one of its own counters.
    pub(crate) fn count(&self, name: &str, increment: u32) {
        self.figures.lock().count(name, increment);
    }

    /// A task sets one of its component's own gauges.
    pub(crate) fn gauge(&self, name: &str, task: u32, value: f64) {
        self.figures.lock().gauge(name, task, value);
    }

    fn quarantined_tasks(&self) -> Vec<QuarantinedTask> {
        let quarantined = self.quarantined.lock();
        let tasks = quarantined.iter().map(|(&task, reason)| QuarantinedTask {
            task,
            reason: reason.clone(),
        });
        tasks.collect()
    }

    pub(crate) fn report(&self, elapsed: Duration) -> ComponentReport {
        let calls = self.calls.lock();
        let tasks = self.tasks.load(Ordering::Relaxed);
        let available = elapsed.as_secs_f64() * f64::from(tasks);
        let busy = self.busy.load(Ordering::Relaxed) as f64 / 1e9;
        ComponentReport {
            id: self.id.clone(),
            kind: self.kind,
            tasks,
            rows_in: self.rows_in.get(),
            out: self.out.get(),
            acked: self.acked.get(),
            failed: self.failed.get(),
            replayed: self.replayed.get(),
            waiting: self.waiting.lock().clone(),
            queued: self.queues.rows() as u64,
            busy_percent: if available > 0.0 {
                (100.0 * busy / available).min(100.0)
            } else {
                0.0
            },
            calls: calls.len(),
            call_p50_us: calls.value_at_quantile(0.5) as f64 / 1e3,
            call_p99_us: calls.value_at_quantile(0.99) as f64 / 1e3,
            restarts: self.restarts.get(),
            quarantined: self.quarantined_tasks(),
            dead_letters: self.dead_letters.get(),
            failed_calls: self.failed_calls.get(),
            refused: self.queues.refused(),
            metrics: self.figures.lock().sums(),
            errors: self.errors.report(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_sandbox::Budget;

    use super::*;
    use crate::account::Account;

    /// A gauge that was no number made the heartbeats of its worker unreadable, and the
    /// worker was taken for dead.
    #[test]
    fn a_gauge_that_is_no_number_is_not_reported() {
        let account = Account::new(Arc::new(Budget::new(1)));
        let queues = Arc::new(Queues::new(1, Arc::new(account)));
        let metrics = ComponentMetrics::new("a", ComponentKind::Bolt, queues);
        metrics.gauge("depth", 1, f64::MAX);
        metrics.gauge("depth", 2, f64::MAX);
        metrics.gauge("width", 1, 3.0);
        metrics.gauge("width", 1, f64::NAN);
        metrics.gauge("height", 1, f64::NEG_INFINITY);
        let report = metrics.report(Duration::from_secs(1));
        let depth = BTreeMap::from([("depth".to_owned(), f64::MAX)]);
        assert_eq!(report.metrics, depth);
        let json = serde_json::to_string(&report).unwrap();
        let read: ComponentReport = serde_json::from_str(&json).unwrap();
        assert_eq!(read, report);
    }
}
