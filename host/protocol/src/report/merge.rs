//! Reports of several workers, or of several runs of one, as one.

use super::{ComponentReport, ErrorReport, Report, TreeReport};

/// Errors of how many kinds a merged component keeps.
const MAX_ERRORS: usize = 20;

impl Report {
    /// Adds what another worker did. Counts are summed, and rates follow from them and
    /// from the longer of the two times. Medians are averaged by calls; of the slowest
    /// calls the slower counts, so that is an upper bound.
    pub fn merge(&mut self, other: &Self) {
        self.trees.merge(&other.trees);
        self.replayed_letters.merge(&other.replayed_letters);
        for theirs in &other.components {
            match self.components.iter_mut().find(|ours| ours.id == theirs.id) {
                Some(ours) => ours.merge(theirs),
                None => self.components.push(theirs.clone()),
            }
        }
        self.took(self.elapsed_seconds.max(other.elapsed_seconds));
    }

    /// Says that all this was done in so many seconds: rates follow from that.
    pub fn took(&mut self, seconds: f64) {
        self.elapsed_seconds = seconds;
        let rows: u64 = self.components.iter().map(|c| c.rows_in).sum();
        self.rows_per_second = rate(rows, seconds);
        self.spout_rows_per_second = rate(self.trees.emitted, seconds);
    }

    /// What is left of the report of a worker that has ended: its counts. What is true
    /// of a moment is gone with it: tasks, rows that wait, load. So are
    /// the components' own metrics, since a gauge cannot be told from a counter. What
    /// became of the rows that were in flight is not known. `last`: it did nothing after it
    /// had reported this.
    #[must_use]
    pub fn ended(mut self, last: bool) -> Self {
        let trees = &mut self.trees;
        let settled = trees.acked + trees.failed + trees.unsettled;
        trees.unsettled += trees.tracked.saturating_sub(settled);
        trees.pending = 0;
        trees.cut_off += u64::from(!last);
        for component in &mut self.components {
            component.tasks = 0;
            component.waiting = None;
            component.queued = 0;
            component.quarantined.clear();
            component.busy_percent = 0.0;
            component.metrics.clear();
        }
        self
    }
}

impl TreeReport {
    /// Adds others.
    fn merge(&mut self, other: &Self) {
        self.emitted += other.emitted;
        self.tracked += other.tracked;
        self.acked += other.acked;
        self.failed += other.failed;
        self.emitted_again += other.emitted_again;
        self.replayed += other.replayed;
        self.timed_out += other.timed_out;
        self.pending += other.pending;
        self.dropped_by_fault += other.dropped_by_fault;
        self.unsettled += other.unsettled;
        self.cut_off += other.cut_off;
    }
}

impl ComponentReport {
    /// The sum of two values of a metric, both finite: at most the largest number there
    /// is, since JSON has no infinity.
    pub fn sum(one: f64, other: f64) -> f64 {
        (one + other).clamp(f64::MIN, f64::MAX)
    }

    /// Adds what other tasks of the component did.
    fn merge(&mut self, other: &Self) {
        self.busy_percent = average(
            (self.busy_percent, u64::from(self.tasks)),
            (other.busy_percent, u64::from(other.tasks)),
        );
        self.call_p50_us = average(
            (self.call_p50_us, self.calls),
            (other.call_p50_us, other.calls),
        );
        self.call_p99_us = self.call_p99_us.max(other.call_p99_us);
        self.tasks += other.tasks;
        self.rows_in += other.rows_in;
        self.out += other.out;
        self.acked += other.acked;
        self.failed += other.failed;
        self.replayed += other.replayed;
        if self.waiting.is_none() {
            self.waiting.clone_from(&other.waiting);
        }
        self.queued += other.queued;
        self.calls += other.calls;
        self.restarts += other.restarts;
        self.quarantined.extend_from_slice(&other.quarantined);
        self.quarantined.sort_by_key(|quarantined| quarantined.task);
        self.dead_letters += other.dead_letters;
        self.failed_calls += other.failed_calls;
        self.refused += other.refused;
        for (name, value) in &other.metrics {
            let sum = self.metrics.entry(name.clone()).or_default();
            *sum = Self::sum(*sum, *value);
        }
        for error in &other.errors {
            self.merge_error(error);
        }
    }

    fn merge_error(&mut self, error: &ErrorReport) {
        let kind = error.kind();
        match self.errors.iter().position(|known| known.kind() == kind) {
            Some(known) => {
                let known = self.errors.remove(known);
                self.errors.push(ErrorReport {
                    count: known.count + error.count,
                    ..error.clone()
                });
            }
            None => self.errors.push(error.clone()),
        }
        let excess = self.errors.len().saturating_sub(MAX_ERRORS);
        self.errors.drain(..excess);
    }
}

/// Of two averages, each over so many.
fn average((a, of_a): (f64, u64), (b, of_b): (f64, u64)) -> f64 {
    match of_a + of_b {
        0 => 0.0,
        // Counts below 2^53 are exact, and an average of more need not be.
        all => (a * of_a as f64 + b * of_b as f64) / all as f64,
    }
}

fn rate(rows: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        rows as f64 / seconds
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
