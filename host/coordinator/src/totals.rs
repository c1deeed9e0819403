//! What a topology did, over all its workers, since it was submitted.
//!
//! Counts of workers that have ended are kept, from their last reports, and stored, so that
//! totals do not go backwards, also when a supervisor takes over. A worker that exits in
//! an orderly way says at last what it did. What one that was killed did after its last
//! report is in no count; how many there were of that kind is told
//! ([`stormcell_protocol::TreeReport::cut_off`]).
//!
//! Law: of the rows that are tracked, each is acked, failed, in flight or unsettled.

use stormcell_protocol::{Ending, Report};
use stormcell_topology::Flow;

use crate::Coordinator;
use crate::operation::Operation;

impl Coordinator {
    /// A worker has ended: what it did is kept.
    pub(crate) fn keep_counts_of(&mut self, worker: u32) {
        self.keep_tally_of(worker);
        let Some(worker) = self.workers.get(&worker).filter(|w| w.number != 0) else {
            // Which run it was is not known, nor what it did.
            return;
        };
        // One whose tasks were never prepared did nothing.
        let idle = worker.generation == 0;
        let last = worker.left || idle;
        let report = match &worker.heartbeat {
            Some(heartbeat) => Some(heartbeat.report.clone().ended(last)),
            None if idle => None,
            None => Some(self.nothing().ended(last)),
        };
        let counted = &mut self.record.counted;
        counted.runs = counted.runs.saturating_add(1);
        if let Some(report) = report {
            let seconds = counted.seconds.entry(worker.id).or_default();
            *seconds += report.elapsed_seconds;
            let longest = counted.seconds.values().copied().fold(0.0, f64::max);
            let total = match counted.report.take() {
                Some(mut total) => {
                    total.merge(&report);
                    total
                }
                None => report,
            };
            let total = counted.report.insert(total);
            total.took(longest);
        }
        // A stop stores it when all have ended, and a start before the next run.
        if !matches!(self.operation, Operation::Stop(_)) {
            self.unstored = true;
        }
    }

    /// It has finished, and runs again: counts go on from its last report, in which is all
    /// that its workers did. None of them is alive.
    pub(crate) fn count_from_the_end(&mut self) {
        let counted = &mut self.record.counted;
        counted.report = self.record.last_report.clone().map(|all| all.ended(true));
        counted.runs = self.record.next_incarnation.saturating_sub(1);
    }

    /// A report of nothing.
    fn nothing(&self) -> Report {
        Report {
            topology: self.record.submitted.name.clone(),
            ending: Ending::Running,
            elapsed_seconds: 0.0,
            rows_per_second: 0.0,
            spout_rows_per_second: 0.0,
            trees: Default::default(),
            replayed_letters: Default::default(),
            components: Vec::new(),
        }
    }

    /// How many runs have ended of which nothing is known, since no supervisor was there.
    fn lost_runs(&self) -> u32 {
        let alive = self.workers.values().filter(|w| w.may_be_alive()).count();
        let started = self.record.next_incarnation.saturating_sub(1);
        let known = u32::try_from(alive)
            .unwrap_or(u32::MAX)
            .saturating_add(self.record.counted.runs);
        started.saturating_sub(known)
    }

    /// What it did since it was submitted, or before it finished. `None` before the first
    /// heartbeat.
    pub(crate) fn report(&self) -> Option<Report> {
        if self.record.is_over() {
            return self.record.last_report.clone();
        }
        let counted = &self.record.counted;
        let live = || {
            let workers = self.workers.values();
            workers.filter_map(|w| Some((w.id, &w.heartbeat.as_ref()?.report)))
        };
        let reports = counted
            .report
            .iter()
            .chain(live().map(|(_, report)| report));
        let mut merged = reports.fold(None::<Report>, |merged, report| match merged {
            None => Some(report.clone()),
            Some(mut merged) => {
                merged.merge(report);
                Some(merged)
            }
        })?;
        let earlier = |worker| counted.seconds.get(&worker).copied().unwrap_or_default();
        let seconds = live().map(|(worker, report)| earlier(worker) + report.elapsed_seconds);
        let seconds = seconds.chain(counted.seconds.values().copied());
        merged.took(seconds.fold(0.0, f64::max));
        merged.trees.cut_off += u64::from(self.lost_runs());
        merged.topology.clone_from(&self.record.submitted.name);
        merged.ending = Ending::Running;
        let order = Flow::of(&self.topology).closing_order();
        let components = self.topology.components();
        merged.components.sort_by_key(|report| {
            let position = components.iter().position(|c| c.id == report.id);
            position.and_then(|position| order.iter().position(|&at| at == position))
        });
        for component in &mut merged.components {
            let tasks = self.record.plan.tasks_of(&component.id).len();
            component.tasks = u32::try_from(tasks).unwrap_or(u32::MAX);
        }
        Some(merged)
    }

    /// What is in flight, for people: by the last heartbeats.
    pub(crate) fn in_flight(&self) -> String {
        let mut parts = Vec::new();
        if let Some(report) = self.report() {
            if report.trees.pending > 0 {
                parts.push(match report.trees.pending {
                    1 => "1 spout row is not settled".to_owned(),
                    rows => format!("{rows} spout rows are not settled"),
                });
            }
            for component in report.components.iter().filter(|c| c.queued > 0) {
                parts.push(match component.queued {
                    1 => format!("1 row waits for {}", component.id),
                    rows => format!("{rows} rows wait for {}", component.id),
                });
            }
        }
        let away = self
            .planned()
            .filter(|worker| worker.serves() && !worker.connected);
        parts.extend(away.map(|worker| format!("worker {} is not connected", worker.id)));
        if parts.is_empty() {
            "which component holds them is not known".to_owned()
        } else {
            parts.join(", ")
        }
    }
}
