//! The report of what the tasks of this process did.

use stormcell_protocol::{Ending, Report, TreeReport};

use super::Wiring;
use crate::metrics::ComponentMetrics;

impl Wiring {
    /// What the topology has done so far, in this process.
    pub(crate) fn report(&self, ending: Ending) -> Report {
        let elapsed = self.base.finish.elapsed();
        let order = self.flow.closing_order();
        let nodes = || order.iter().map(|&at| &self.nodes[at]);
        let components: Vec<_> = nodes().map(|node| node.metrics.report(elapsed)).collect();
        let spouts = || nodes().filter(|node| node.outlets.is_empty());
        let pending = self
            .trackers
            .of_spouts()
            .map(|tracker| tracker.lock().pending() as u64)
            .sum();
        let sum = |count: fn(&ComponentMetrics) -> u64| spouts().map(|n| count(&n.metrics)).sum();
        // In this order: a row that is settled was emitted before.
        let (acked, failed) = (sum(|m| m.acked.get()), sum(|m| m.failed.get()));
        let tracked = self.base.finish.rows_tracked();
        let trees = TreeReport {
            emitted: self.base.finish.rows_emitted(),
            tracked,
            acked,
            failed,
            emitted_again: sum(|m| m.emitted_again.get()),
            replayed: sum(|m| m.replayed.get()),
            timed_out: sum(|m| m.timed_out.get()),
            pending,
            dropped_by_fault: sum(|m| m.dropped_by_fault.get()),
            // What is here is known.
            unsettled: 0,
            cut_off: 0,
        };
        let seconds = elapsed.as_secs_f64();
        let rate = |rows: u64| {
            if seconds > 0.0 {
                rows as f64 / seconds
            } else {
                0.0
            }
        };
        Report {
            topology: self.job.topology.name().to_owned(),
            ending,
            elapsed_seconds: seconds,
            rows_per_second: rate(components.iter().map(|c| c.rows_in).sum()),
            spout_rows_per_second: rate(trees.emitted),
            trees,
            replayed_letters: self.base.replayed.counts(),
            components,
        }
    }
}
