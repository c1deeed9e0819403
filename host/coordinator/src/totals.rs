//! What a topology did, over all its workers.
//!
//! Counts of workers that have ended are kept, from their last heartbeats, so that totals
//! do not go backwards. A supervisor that takes over begins without those that ended
//! before it.

use stormcell_protocol::{Ending, Report};
use stormcell_topology::Flow;

use crate::Coordinator;

impl Coordinator {
    /// A worker has ended: what it did is kept.
    pub(crate) fn keep_counts_of(&mut self, worker: u32) {
        self.keep_tally_of(worker);
        let heartbeat = self.workers.get(&worker).and_then(|w| w.heartbeat.as_ref());
        if let Some(heartbeat) = heartbeat {
            let report = heartbeat.report.clone().ended();
            match &mut self.ended {
                Some(ended) => ended.merge(&report),
                None => self.ended = Some(report),
            }
        }
    }

    /// What it did since its workers were started, or before it finished. `None` before
    /// the first heartbeat.
    pub(crate) fn report(&self) -> Option<Report> {
        if self.record.is_over() {
            return self.record.last_report.clone();
        }
        let live = self.workers.values().filter_map(|w| w.heartbeat.as_ref());
        let reports = self.ended.iter().chain(live.map(|h| &h.report));
        let mut merged = reports.fold(None::<Report>, |merged, report| match merged {
            None => Some(report.clone()),
            Some(mut merged) => {
                merged.merge(report);
                Some(merged)
            }
        })?;
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
                parts.push(format!(
                    "{} spout rows are not settled",
                    report.trees.pending
                ));
            }
            for component in report.components.iter().filter(|c| c.queued > 0) {
                parts.push(format!(
                    "{} rows wait for {}",
                    component.queued, component.id
                ));
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
