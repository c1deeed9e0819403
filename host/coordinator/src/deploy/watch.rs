//! Judging a component file on trial by what its tasks did with it.

use super::Deploying;
use crate::Coordinator;
use crate::limits::{TRIAL_FAULTS, TRIAL_ROWS};
use crate::operation::Operation;
use crate::worker::Worker;

/// What tasks did with a component file.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    rows: u64,
    failed: u64,
    faults: u64,
    last_error: Option<String>,
}

impl Tally {
    /// Adds what the tasks of a component in a worker did with this file.
    fn add(&mut self, worker: &Worker, is_component: impl Fn(u32) -> bool, digest: &str) {
        let Some(heartbeat) = &worker.heartbeat else {
            return;
        };
        for task in &heartbeat.tasks {
            if task.digest == digest && is_component(task.task) {
                self.rows += task.rows;
                self.failed += task.failed;
                self.faults += task.faults;
                if task.last_error.is_some() {
                    self.last_error.clone_from(&task.last_error);
                }
            }
        }
    }

    /// Why it is to be taken back, if it is.
    fn verdict(&self, max_error_rate: f64) -> Option<String> {
        let Self {
            rows,
            failed,
            faults,
            ..
        } = *self;
        if rows < TRIAL_ROWS && faults < TRIAL_FAULTS {
            return None;
        }
        // Below 2^53 exact, and beyond near enough.
        let rate = (failed + faults) as f64 / rows.max(1) as f64;
        if rate <= max_error_rate {
            return None;
        }
        let last_error = self.last_error.as_ref();
        let last_error = last_error.map_or_else(String::new, |e| format!("; the last error: {e}"));
        let faults = match faults {
            0 => String::new(),
            1 => ", and it trapped or went over a limit once".to_owned(),
            _ => format!(", and it trapped or went over a limit {faults} times"),
        };
        Some(format!(
            "{failed} of {rows} rows failed{faults}: {:.2} %, above the limit of \
             {:.2} %{last_error}",
            rate * 100.0,
            max_error_rate * 100.0,
        ))
    }
}

impl Coordinator {
    /// Why a deployment is to be taken back, if it is.
    pub(super) fn too_many_errors(&self, deploy: &Deploying) -> Option<String> {
        let mut tally = deploy.ended.clone();
        for worker in self.planned() {
            tally.add(
                worker,
                |task| self.is_of(task, &deploy.component),
                &deploy.to,
            );
        }
        let limit = self.record.deployments.last()?.max_error_rate;
        tally.verdict(limit)
    }

    fn is_of(&self, task: u32, component: &str) -> bool {
        let task = self.record.plan.task(task);
        task.is_some_and(|task| task.component == component)
    }

    /// A worker has ended: what its tasks did with a file on trial still counts.
    pub(crate) fn keep_tally_of(&mut self, worker: u32) {
        let Operation::Deploy(deploy) = &self.operation else {
            return;
        };
        let Some(worker) = self.workers.get(&worker) else {
            return;
        };
        let mut tally = deploy.ended.clone();
        tally.add(
            worker,
            |task| self.is_of(task, &deploy.component),
            &deploy.to,
        );
        if let Operation::Deploy(deploy) = &mut self.operation {
            deploy.ended = tally;
        }
    }
}
