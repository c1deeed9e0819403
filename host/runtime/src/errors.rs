//! The last errors of a component by kind, and a limit on how many are logged.
//!
//! Storm reports at most five errors of an executor in ten seconds
//! (`topology.max.error.report.per.interval`); the same holds here for the log of
//! a component. The counts in the report are exact all the same.

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use stormcell_protocol::ErrorReport;
use stormcell_topology::plain_text;

use crate::causes;
use crate::metrics::ComponentMetrics;
use crate::task_counts::TaskCounts;

const KINDS: usize = 8;
const LOGGED: u32 = 5;
const INTERVAL: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
struct Inner {
    /// With their kinds ([`ErrorReport::kind`]).
    last: VecDeque<(String, ErrorReport)>,
    interval_from: Option<Instant>,
    logged: u32,
}

/// Reports the errors of one task.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    pub(crate) task: u32,
    pub(crate) metrics: Arc<ComponentMetrics>,
    pub(crate) counts: Arc<TaskCounts>,
}

impl Reporter {
    /// Reports an error, within [`plain_text::ERROR`]. `text` has what happened in its
    /// first line and the rest below.
    pub(crate) fn error(&self, text: impl Display) {
        let metrics = &self.metrics;
        let text = plain_text::error(text);
        self.counts.error(&text);
        metrics
            .errors
            .add(metrics.id(), self.task, &text, Instant::now());
    }

    /// A call without rows has failed: what it would have emitted is lost, and nobody tries it
    /// again.
    pub(crate) fn call_failed(&self, call: &str, why: impl Display) {
        self.metrics.failed_calls.add(1);
        self.error(format_args!("{call} failed: {why}"));
    }
}

impl Reporter {
    /// Why rows failed, for those who are told that their trees did.
    pub(crate) fn cause(&self, what: &str) -> Arc<str> {
        causes::cause(self.metrics.id(), self.task, what)
    }

    /// Rows failed.
    pub(crate) fn failed(&self, rows: usize) {
        self.metrics.failed.add(rows);
        self.counts.failed(rows);
    }
}

/// The errors of one component.
#[derive(Debug, Default)]
pub(crate) struct ErrorLog(Mutex<Inner>);

impl ErrorLog {
    /// Adds an error. `text` has what happened in its first line and the rest
    /// below.
    pub(crate) fn add(&self, component: &str, task: u32, text: &str, now: Instant) {
        let mut error = ErrorReport::new(task, text);
        let kind = error.kind();
        let mut inner = self.0.lock();
        let known = inner.last.iter().position(|(known, _)| *known == kind);
        if let Some((_, before)) = known.and_then(|position| inner.last.remove(position)) {
            error.count += before.count;
        }
        inner.last.push_back((kind, error));
        if inner.last.len() > KINDS {
            inner.last.pop_front();
        }
        if inner
            .interval_from
            .is_none_or(|from| now.duration_since(from) >= INTERVAL)
        {
            inner.interval_from = Some(now);
            inner.logged = 0;
        }
        inner.logged += 1;
        let logged = inner.logged;
        drop(inner);
        if logged <= LOGGED {
            tracing::warn!(component, task, "{text}");
        }
        if logged == LOGGED {
            tracing::warn!(
                component,
                "more errors follow and are counted, but not logged"
            );
        }
    }

    /// The last error of each kind, the newest last.
    pub(crate) fn report(&self) -> Vec<ErrorReport> {
        let inner = self.0.lock();
        inner.last.iter().map(|(_, error)| error.clone()).collect()
    }
}
