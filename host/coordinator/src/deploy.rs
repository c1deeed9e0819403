//! Another component file for a spout or bolt of a topology that runs.
//!
//! Some tasks try it first, then all, and in both cases it is watched: if it fails too
//! often, it is taken back by itself. What is to run is in the record, on trial until
//! all is over, and workers are made to run what the record says (`upkeep`); so a worker
//! or a supervisor that dies meanwhile comes back to the same trial.

mod compare;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use stormcell_protocol::api::{self, Problem, ProblemCode};
use stormcell_protocol::control::HEARTBEAT;
use stormcell_protocol::record::{Deployment, DeploymentOutcome, Record, Trial};
use stormcell_topology::Topology;

use crate::operation::{Operation, Step, problem};
use crate::worker::Swapping;
use crate::{Answer, Coordinator};
use watch::Tally;

/// A deployment that is under way: the last one of the record.
#[derive(Debug)]
pub(crate) struct Deploying {
    component: String,
    to: String,
    /// Who waits for an answer.
    waiting: Vec<u64>,
    /// The topology with the description of what ran before, if that is known.
    before: Option<Arc<Topology>>,
    phase: Phase,
    /// What ended workers had done with it.
    ended: Tally,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Swapping,
    /// Until when it is watched.
    Watching(Duration),
    /// It was taken back; tasks are swapped to what they ran before.
    Reverting,
}

impl Deploying {
    /// Who waits for an answer. They are forgotten here.
    pub(crate) fn waiting(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.waiting)
    }

    /// What is going on, for people.
    pub(crate) fn doing(&self) -> String {
        let step = match self.phase {
            Phase::Swapping => "tasks are swapped",
            Phase::Watching(_) => "watching",
            Phase::Reverting => "rolling back",
        };
        format!("deploying {}: {step}", self.component)
    }
}

impl Coordinator {
    pub(crate) fn begin_deploy(&mut self, id: u64, asked: &api::Deploy, topology: Arc<Topology>) {
        let difference = self.difference(&asked.component, &topology);
        let checked = self
            .check_deploy(asked)
            .and_then(|()| self.check_others(&asked.component, &topology))
            .and_then(|()| self.check_allowed(asked, &difference));
        if let Err(problem) = checked {
            self.answer(id, Err(problem));
            return;
        }
        let deployment = Deployment {
            number: 0,
            component: asked.component.clone(),
            from: String::new(),
            to: asked.digest.clone(),
            canary_percent: asked.canary_percent,
            max_error_rate: asked.max_error_rate,
            watch_ms: asked.watch_ms,
            outcome: DeploymentOutcome::Swapping,
            at: self.now.unix,
            pauses_us: Vec::new(),
            capabilities: difference,
        };
        self.deploy(id, deployment, topology);
    }

    fn check_deploy(&self, asked: &api::Deploy) -> Result<(), Problem> {
        let component = &asked.component;
        let present = self.may_deploy(component)?;
        asked
            .check()
            .map_err(|message| problem(ProblemCode::Invalid, message))?;
        if present == asked.digest {
            let message =
                format!("nothing to deploy: all tasks of {component} run {present} already");
            return Err(problem(ProblemCode::Conflict, message));
        }
        Ok(())
    }

    /// What a component runs, if it may be deployed now.
    fn may_deploy(&self, component: &str) -> Result<&str, Problem> {
        if let Some(ended) = self.not_running() {
            return Err(ended);
        }
        let Some(module) = self.record.modules.components.get(component) else {
            let known: Vec<&str> = self.record.plan.components().map(|(id, _)| id).collect();
            let known = known.join(", ");
            let message = format!("no spout or bolt is called `{component}`; there are {known}");
            return Err(problem(ProblemCode::NotFound, message));
        };
        match self.busy().or_else(|| self.not_all_up()) {
            Some(problem) => Err(problem),
            None => Ok(&module.digest),
        }
    }

    /// Begins a deployment, of which `number` and `from` are filled in.
    fn deploy(&mut self, id: u64, mut deployment: Deployment, topology: Arc<Topology>) {
        let component = deployment.component.clone();
        let tasks: Vec<u32> = self.record.plan.tasks_of(&component).collect();
        let Some(module) = self.record.modules.components.get_mut(&component) else {
            return;
        };
        let trying = (tasks.len() * usize::from(deployment.canary_percent)).div_ceil(100);
        deployment.from = module.digest.clone();
        deployment.number = self
            .record
            .deployments
            .last()
            .map_or(0, |last| last.number)
            .saturating_add(1);
        module.trial = Some(Trial {
            digest: deployment.to.clone(),
            tasks: tasks.into_iter().take(trying).collect(),
        });
        let (number, to) = (deployment.number, deployment.to.clone());
        self.record.deployments.push(deployment);
        let excess = self
            .record
            .deployments
            .len()
            .saturating_sub(Record::HISTORY);
        self.record.deployments.drain(..excess);
        self.store();
        self.log(
            "info",
            format!("deployment {number}: {trying} tasks of {component} get {to}"),
        );
        let before = std::mem::replace(&mut self.topology, topology);
        self.operation = Operation::Deploy(Box::new(Deploying {
            component,
            to,
            waiting: vec![id],
            before: Some(before),
            phase: Phase::Swapping,
            ended: Tally::default(),
        }));
    }

    /// Goes on with a deployment of an earlier supervisor. It is watched anew.
    pub(crate) fn resume_deploy(&self) -> Operation {
        let under_way = self.record.deployments.last().filter(|last| {
            let module = self.record.modules.components.get(&last.component);
            let trial = module.and_then(|module| module.trial.as_ref());
            trial.is_some_and(|trial| trial.digest == last.to)
        });
        under_way.map_or(Operation::None, |last| {
            Operation::Deploy(Box::new(Deploying {
                component: last.component.clone(),
                to: last.to.clone(),
                waiting: Vec::new(),
                before: None,
                phase: Phase::Swapping,
                ended: Tally::default(),
            }))
        })
    }

    pub(crate) fn begin_rollback(
        &mut self,
        id: u64,
        asked: &api::Rollback,
        file: &str,
        topology: Arc<Topology>,
    ) {
        let component = &asked.component;
        if let Operation::Deploy(deploy) = &self.operation
            && deploy.component == *component
        {
            let reason = "somebody asked for it".to_owned();
            let automatic = false;
            self.revert(DeploymentOutcome::RolledBack { reason, automatic });
            if let Operation::Deploy(deploy) = &mut self.operation {
                deploy.waiting.push(id);
            }
            return;
        }
        let present = match self.may_deploy(component) {
            Ok(present) => present,
            Err(problem) => {
                self.answer(id, Err(problem));
                return;
            }
        };
        let last = self.record.deployments.iter().rev().find(|deployment| {
            deployment.component == *component
                && deployment.outcome == DeploymentOutcome::Done
                && deployment.to == present
        });
        let Some(last) = last else {
            let message = format!(
                "there is nothing to go back to: {component} runs {present}, which no known \
                 deployment brought"
            );
            self.answer(id, Err(problem(ProblemCode::Conflict, message)));
            return;
        };
        if last.from != file {
            let message = format!(
                "`{component}` was given another component file while the one that it ran \
                 before was looked at, and nothing has changed: try again"
            );
            self.answer(id, Err(problem(ProblemCode::Busy, message)));
            return;
        }
        if let Err(problem) = self.check_others(component, &topology) {
            self.answer(id, Err(problem));
            return;
        }
        let deployment = Deployment {
            number: 0,
            component: component.clone(),
            from: String::new(),
            to: last.from.clone(),
            canary_percent: 100,
            max_error_rate: 1.0,
            watch_ms: 0,
            outcome: DeploymentOutcome::Swapping,
            at: self.now.unix,
            pauses_us: Vec::new(),
            // What it goes back to was let in before: nobody is asked again.
            capabilities: self.difference(component, &topology),
        };
        self.deploy(id, deployment, topology);
    }

    pub(crate) fn step_deploy(&mut self, mut deploy: Box<Deploying>) -> Step {
        let now = self.now.mono;
        let runs = self.runs_what_is_recorded(&deploy.component);
        match deploy.phase {
            Phase::Swapping | Phase::Watching(_) => {
                if let Some(reason) = self.too_many_errors(&deploy) {
                    self.operation = Operation::Deploy(deploy);
                    let automatic = true;
                    self.revert(DeploymentOutcome::RolledBack { reason, automatic });
                    let reverting = std::mem::replace(&mut self.operation, Operation::None);
                    return Step::Went(reverting);
                }
            }
            Phase::Reverting => {}
        }
        let canary = self.is_canary(&deploy.component);
        let watch = self.record.deployments.last().map_or(0, |d| d.watch_ms);
        match deploy.phase {
            Phase::Swapping if runs && (canary || watch > 0) => {
                // Shorter than two heartbeats there is nothing to be seen.
                let watch = Duration::from_millis(watch).max(2 * HEARTBEAT);
                deploy.phase = Phase::Watching(now.saturating_add(watch));
                self.outcome(DeploymentOutcome::Watching { canary });
                self.store();
                self.answer_deployment(deploy.waiting());
                Step::Went(Operation::Deploy(deploy))
            }
            Phase::Swapping if runs => self.deployed(*deploy),
            Phase::Watching(until) if now >= until && canary => {
                let all = self.record.plan.tasks_of(&deploy.component).collect();
                let component = self.record.modules.components.get_mut(&deploy.component);
                if let Some(trial) = component.and_then(|module| module.trial.as_mut()) {
                    trial.tasks = all;
                }
                self.outcome(DeploymentOutcome::Swapping);
                self.store();
                self.log("info", "the trial went well; all tasks get the new file");
                deploy.phase = Phase::Swapping;
                Step::Went(Operation::Deploy(deploy))
            }
            Phase::Watching(until) if now >= until => self.deployed(*deploy),
            Phase::Reverting if runs => {
                self.log("info", "every task runs what it ran before");
                self.answer_deployment(deploy.waiting());
                Step::Went(Operation::None)
            }
            _ => Step::Waits(Operation::Deploy(deploy)),
        }
    }

    /// All is well: what was on trial is what runs.
    fn deployed(&mut self, mut deploy: Deploying) -> Step {
        let component = &deploy.component;
        if let Some(module) = self.record.modules.components.get_mut(component) {
            module.digest.clone_from(&deploy.to);
            module.trial = None;
        }
        self.outcome(DeploymentOutcome::Done);
        self.store();
        self.log(
            "info",
            format!("all tasks of {component} run {}", deploy.to),
        );
        self.answer_deployment(deploy.waiting());
        Step::Went(Operation::None)
    }

    /// Takes the deployment back: the tasks are swapped back from now on. Those who wait
    /// for it are told at once that it failed, and when the tasks are swapped back that it
    /// was rolled back.
    fn revert(&mut self, outcome: DeploymentOutcome) {
        let Operation::Deploy(deploy) = &mut self.operation else {
            return;
        };
        if deploy.phase == Phase::Reverting {
            return;
        }
        deploy.phase = Phase::Reverting;
        let component = deploy.component.clone();
        let waiting = match &outcome {
            DeploymentOutcome::RolledBack { .. } => Vec::new(),
            _ => deploy.waiting(),
        };
        if let Some(before) = deploy.before.take() {
            self.topology = before;
        }
        if let Some(module) = self.record.modules.components.get_mut(&component) {
            module.trial = None;
        }
        let why = match &outcome {
            DeploymentOutcome::RolledBack { reason, .. } => format!("rolled back: {reason}"),
            DeploymentOutcome::Failed { reason } => format!("failed: {reason}"),
            _ => String::new(),
        };
        self.outcome(outcome);
        self.store();
        self.log("warn", format!("the deployment of {component} {why}"));
        for id in waiting {
            let message = format!("the deployment {why}; every task runs what it ran before");
            self.answer(id, Err(problem(ProblemCode::Conflict, message)));
        }
    }

    /// Whether only some tasks try it.
    fn is_canary(&self, component: &str) -> bool {
        let all = self.record.plan.tasks_of(component).len();
        let module = self.record.modules.components.get(component);
        let trial = module.and_then(|module| module.trial.as_ref());
        trial.is_some_and(|trial| trial.tasks.len() < all)
    }

    fn outcome(&mut self, outcome: DeploymentOutcome) {
        if let Some(last) = self.record.deployments.last_mut() {
            last.outcome = outcome;
        }
    }

    fn answer_deployment(&mut self, waiting: Vec<u64>) {
        if let Some(last) = self.record.deployments.last() {
            let last = Box::new(last.clone());
            for id in waiting {
                self.answer(id, Ok(Answer::Deployment(last.clone())));
            }
        }
    }

    /// Whether every task of a component runs the file that the record says.
    fn runs_what_is_recorded(&self, component: &str) -> bool {
        let Some(module) = self.record.modules.components.get(component) else {
            return true;
        };
        self.record.plan.tasks_of(component).all(|id| {
            let task = self.record.plan.task(id);
            let worker = task.and_then(|task| self.workers.get(&task.worker));
            worker.is_some_and(|worker| {
                // A heartbeat may be faster than the reply, which has the pauses.
                worker.is_up()
                    && worker.told.swapping.is_none()
                    && worker.digests.get(&id).map(String::as_str) == Some(module.of(id))
            })
        })
    }

    /// A worker has swapped tasks.
    pub(crate) fn swapped(&mut self, swap: &Swapping, pauses_us: &[u64]) {
        if let Some(last) = self.record.deployments.last_mut()
            && last.component == swap.component
            && last.to == swap.digest
        {
            last.pauses_us.extend(pauses_us);
        }
    }

    /// Whether these tasks are still to run this file.
    fn is_recorded(&self, swap: &Swapping) -> bool {
        let module = self.record.modules.components.get(&swap.component);
        module.is_some_and(|module| swap.tasks.iter().all(|&id| module.of(id) == swap.digest))
    }

    /// A worker could not swap tasks, and has changed none.
    pub(crate) fn swap_refused(&mut self, worker: u32, swap: &Swapping, why: &str) {
        let tried = matches!(&self.operation, Operation::Deploy(deploy)
            if deploy.phase != Phase::Reverting
                && deploy.component == swap.component
                && deploy.to == swap.digest);
        if tried {
            let reason = format!("worker {worker} could not swap {}: {why}", swap.component);
            self.revert(DeploymentOutcome::Failed { reason });
        } else if self.is_recorded(swap) {
            // It comes back with what the record says.
            self.fence(
                worker,
                &format!("it could not swap a component file: {why}"),
            );
        }
    }

    /// A worker cannot go on. If it runs something on trial, that may be why.
    pub(crate) fn worker_failed(&mut self, worker: u32, why: &str) {
        let Operation::Deploy(deploy) = &self.operation else {
            return;
        };
        let module = self.record.modules.components.get(&deploy.component);
        let trial = module.and_then(|module| module.trial.as_ref());
        let tries = trial.is_some_and(|trial| {
            let mut tasks = trial.tasks.iter();
            tasks.any(|&id| {
                let task = self.record.plan.task(id);
                task.is_some_and(|task| task.worker == worker)
            })
        });
        if tries {
            let reason =
                format!("worker {worker}, which has tasks with the new file, failed: {why}");
            let automatic = true;
            self.revert(DeploymentOutcome::RolledBack { reason, automatic });
        }
    }
}
