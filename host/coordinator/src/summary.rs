//! How a topology is, for people and programs.

use std::collections::BTreeMap;

use stormcell_protocol::api::{
    Status, TaskDetail, TopologyDetail, TopologySummary, WorkerCount, WorkerDetail, WorkerState,
};
use stormcell_protocol::record::{Deployment, DeploymentOutcome, Desired};
use stormcell_topology::Graph;

use crate::operation::Operation;
use crate::worker::Worker;
use crate::{Coordinator, Now};

impl Coordinator {
    /// The line of `list`.
    pub fn summary(&self) -> TopologySummary {
        let up = self.planned().filter(|worker| worker.is_up()).count();
        TopologySummary {
            name: self.record.submitted.name.clone(),
            status: self.status(),
            operation: self.doing(),
            workers: WorkerCount {
                planned: self.record.plan.workers(),
                up: u32::try_from(up).unwrap_or(u32::MAX),
            },
            tasks: u32::try_from(self.record.plan.tasks().len()).unwrap_or(u32::MAX),
            generation: self.record.plan.generation(),
            submitted_at: self.record.submitted.at,
            submission: self.record.submitted.submission,
            trees: self.report().map(|report| report.trees),
            problem: self.problem(),
        }
    }

    /// How it is.
    pub fn detail(&self, now: Now) -> TopologyDetail {
        TopologyDetail {
            summary: self.summary(),
            workers: self
                .workers
                .values()
                .map(|worker| worker_detail(worker, now))
                .collect(),
            tasks: self.tasks(),
            report: self.report(),
            deployments: self.record.deployments.clone(),
            graph: Graph::from(&*self.topology).to_mermaid(),
            // The supervisor knows.
            signers: BTreeMap::new(),
        }
    }

    fn status(&self) -> Status {
        match (self.record.desired, &self.operation) {
            (Desired::Killed, _) => Status::Killed,
            (Desired::Finished, _) => Status::Finished,
            (_, Operation::Rebalance(_)) => Status::Rebalancing,
            _ if !self.all_up() => Status::Starting,
            (desired, _) => desired.into(),
        }
    }

    /// What is going on with it, for people.
    pub(crate) fn doing(&self) -> Option<String> {
        match &self.operation {
            Operation::None => None,
            Operation::Finish(finish) => finish.doing(),
            Operation::Stop(stop) => {
                let what = match self.record.desired {
                    Desired::Killed => "killing",
                    _ => "suspending",
                };
                Some(format!("{what}: {}", stop.doing()))
            }
            Operation::Rebalance(rebalance) => Some(rebalance.doing()),
            Operation::Deploy(deploy) => Some(deploy.doing()),
        }
    }

    fn tasks(&self) -> Vec<TaskDetail> {
        let plan = self.record.plan.tasks().iter();
        plan.map(|task| {
            let worker = self.workers.get(&task.worker);
            let module = self.record.modules.components.get(&task.component);
            let running = worker.and_then(|worker| worker.digests.get(&task.id));
            let recorded = module.map(|module| module.of(task.id));
            let digest = running.map(String::as_str).or(recorded).unwrap_or_default();
            let trial = module.and_then(|module| module.trial.as_ref());
            let heartbeat = worker.and_then(|worker| worker.heartbeat.as_ref());
            let status =
                heartbeat.and_then(|heartbeat| heartbeat.tasks.iter().find(|s| s.task == task.id));
            TaskDetail {
                task: task.id,
                component: task.component.clone(),
                index: task.index,
                worker: task.worker,
                digest: digest.to_owned(),
                trial: trial.is_some_and(|trial| trial.digest == digest),
                last_error: status.and_then(|status| status.last_error.clone()),
            }
        })
        .collect()
    }

    /// What is wrong with it now: the worker that has ended most often, or else tasks that
    /// are quarantined, or else that what was deployed last was taken back.
    fn problem(&self) -> Option<String> {
        self.worker_problem()
            .or_else(|| self.quarantined())
            .or_else(|| self.rolled_back())
    }

    /// The tasks that run nothing any more, and why the first of them does not.
    fn quarantined(&self) -> Option<String> {
        let report = self.report()?;
        let troubled = || {
            report
                .components
                .iter()
                .filter(|c| !c.quarantined.is_empty())
        };
        let (id, first) = troubled().find_map(|c| Some((&c.id, c.quarantined.first()?)))?;
        let tasks: usize = troubled().map(|c| c.quarantined.len()).sum();
        let which = match tasks {
            1 => format!("task {} of {id} is quarantined", first.task),
            _ => format!(
                "{tasks} tasks are quarantined, task {} of {id} for",
                first.task
            ),
        };
        let why = first.reason.lines().next().unwrap_or_default();
        Some(format!("{which}: {why}"))
    }

    /// The last deployment, if it was rolled back by itself: somebody may still believe
    /// that it runs.
    fn rolled_back(&self) -> Option<String> {
        let Deployment {
            number,
            component,
            outcome,
            ..
        } = self.record.deployments.last()?;
        matches!(
            outcome,
            DeploymentOutcome::RolledBack {
                automatic: true,
                ..
            }
        )
        .then(|| format!("deployment {number} of {component} was rolled back automatically"))
    }

    fn worker_problem(&self) -> Option<String> {
        let troubled = self.planned().filter(|worker| {
            let ended = worker.ends > 0 && worker.last_exit.is_some();
            !worker.is_up()
                && worker.state != WorkerState::Down
                && (ended || worker.failure.is_some())
        });
        let worst = troubled.max_by_key(|worker| worker.ends)?;
        Some(self.worker_text(worst))
    }

    /// How a worker is, for people.
    pub(crate) fn worker_text(&self, worker: &Worker) -> String {
        let now = self.now.mono;
        let seconds = now.saturating_sub(worker.since).as_secs();
        let is = match worker.state {
            WorkerState::Unknown => "has not been heard of yet".to_owned(),
            WorkerState::Starting => "prepares its tasks".to_owned(),
            WorkerState::Up => "works".to_owned(),
            WorkerState::BackingOff => {
                let left = worker.start_at.saturating_sub(now).as_secs_f64();
                format!("has ended and is started again in {left:.1} s")
            }
            WorkerState::Fencing => "is being ended".to_owned(),
            WorkerState::Down => "is not running".to_owned(),
        };
        let id = worker.id;
        let times = match worker.ends {
            0 => String::new(),
            1 => "; it has ended once".to_owned(),
            ends => format!("; it has ended {ends} times without working for long"),
        };
        let why = match worker.failure.as_ref().or(worker.last_exit.as_ref()) {
            Some(why) => format!(": {why}"),
            None => String::new(),
        };
        format!("worker {id} {is} (for {seconds} s){times}{why}")
    }
}

fn worker_detail(worker: &Worker, now: Now) -> WorkerDetail {
    WorkerDetail {
        worker: worker.id,
        incarnation: worker.number,
        state: worker.state,
        pid: worker.pid,
        restarts: worker.restarts,
        seconds: now.mono.saturating_sub(worker.since).as_secs(),
        memory: worker.heartbeat.as_ref().map(|heartbeat| heartbeat.memory),
        last_exit: worker.last_exit.clone(),
    }
}
