//! What a task has used of its limits. It is counted for the task and not for an instance: an
//! instance that faults is replaced, and the new one would otherwise begin with all of it again.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use stormcell_topology::Limits;
use tokio::sync::Semaphore;

use crate::TaskSink;
use crate::http::pace::Pace;
use crate::log_budget::LogBudget;
use crate::per_second::PerSecond;

/// Lookups of names of one task at a time. Each takes a thread for as long as the system
/// waits for an answer, whatever becomes of the request and of the instance.
pub(crate) const LOOKUPS: usize = 4;

/// What a task has used and may still use. All instances of the task share it.
#[derive(Debug, Clone)]
pub(crate) struct TaskUsage {
    /// What is logged.
    pub(crate) log: Arc<Mutex<LogBudget>>,
    /// Random bytes.
    pub(crate) random: Arc<Mutex<PerSecond>>,
    /// Requests to servers.
    pub(crate) requests: Arc<Pace>,
    /// Bytes to and from servers.
    pub(crate) http_bytes: Arc<Pace>,
    /// Names that are looked up at a time.
    pub(crate) lookups: Arc<Semaphore>,
}

impl TaskUsage {
    /// Nothing is used yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            log: Arc::new(Mutex::new(LogBudget::new(limits.log_bytes))),
            random: Arc::new(Mutex::new(PerSecond::new(limits.random_bytes))),
            requests: Arc::new(Pace::new(limits.http_requests.into())),
            http_bytes: Arc::new(Pace::new(limits.http_bytes)),
            lookups: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }

    /// From now on these limits hold for the task. What was used stays used.
    fn set_limits(&self, limits: &Limits) {
        self.log.lock().set_most(limits.log_bytes);
        self.random.lock().set_most(limits.random_bytes);
        self.requests.set_per_second(limits.http_requests.into());
        self.http_bytes.set_per_second(limits.http_bytes);
    }
}

/// The usage of all tasks of a process, by the addresses of their sinks.
#[derive(Default)]
pub(crate) struct TaskUsages(Mutex<HashMap<usize, Entry>>);

struct Entry {
    /// While this is there, no other sink has its address.
    sink: Weak<dyn TaskSink>,
    usage: TaskUsage,
}

impl TaskUsages {
    /// The usage of the task with this sink. From now on these limits hold for the task: another
    /// version of its component may have other limits.
    pub(crate) fn get(&self, sink: &Arc<dyn TaskSink>, limits: &Limits) -> TaskUsage {
        let mut tasks = self.0.lock();
        if tasks.len() == tasks.capacity() {
            tasks.retain(|_, entry| entry.sink.strong_count() > 0);
        }
        let entry = tasks
            .entry(Arc::as_ptr(sink).cast::<()>().addr())
            .or_insert_with(|| Entry {
                sink: Arc::downgrade(sink),
                usage: TaskUsage::new(limits),
            });
        entry.usage.set_limits(limits);
        entry.usage.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::LogLevel;

    struct Sink;

    impl TaskSink for Sink {
        fn log(&self, _: LogLevel, _: &str) {}
        fn stdout(&self, _: &[u8]) {}
        fn stderr(&self, _: &[u8]) {}
        fn count(&self, _: &str, _: u32) {}
        fn gauge(&self, _: &str, _: f64) {}
    }

    fn sink() -> Arc<dyn TaskSink> {
        Arc::new(Sink)
    }

    fn limits(a_second: u64) -> Limits {
        Limits {
            random_bytes: a_second,
            log_bytes: a_second,
            ..Limits::default()
        }
    }

    #[test]
    fn a_task_goes_on_with_what_is_left_whatever_becomes_of_its_instances() {
        let now = Instant::now();
        let tasks = TaskUsages::default();
        let (one, other) = (sink(), sink());
        let of = |sink, most| tasks.get(sink, &limits(most));
        for take in [
            |task: TaskUsage, now| task.random.lock().take(100, now),
            |task: TaskUsage, now| task.log.lock().admit(100, now),
        ] {
            assert!(take(of(&one, 199), now));
            assert!(!take(of(&one, 199), now));
            assert!(take(of(&other, 199), now));
            assert!(take(of(&one, 400), now), "another version may have more");
        }
    }

    #[test]
    fn tasks_that_are_gone_are_forgotten() {
        let tasks = TaskUsages::default();
        for _ in 0..1_000 {
            let usage = tasks.get(&sink(), &limits(100));
            assert!(usage.random.lock().take(100, Instant::now()));
        }
        assert!(tasks.0.lock().len() < 100);
    }
}
