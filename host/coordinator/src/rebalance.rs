//! Another plan for a topology that runs.
//!
//! Spouts are paused and what is in flight settles; ticks are frozen, so that nothing
//! begins by itself; the tasks that leave or are made anew are closed; and the new plan
//! is stored. That is the moment it takes effect. Then workers take it, new ones are
//! started and others exit, and when all work by it, spouts go on.
//!
//! Whatever fails before that moment, the old plan stays. If tasks were closed by then,
//! the old placement is stored as a plan of its own, of the next generation, and taking
//! it makes them again. Whatever fails after, workers come back with the new plan.

mod plan;

use std::collections::BTreeSet;
use std::time::Duration;

use stormcell_protocol::api;
use stormcell_protocol::api::{ProblemCode, WorkerState};
use stormcell_protocol::control::SpoutMode;
use stormcell_protocol::record;
use stormcell_topology::Plan;

use crate::closing::{Closing, Progress};
use crate::limits::{CLOSE_LIMIT, WAIT};
use crate::operation::{Operation, Step, problem};
use crate::quiet::{Calm, Quiet};
use crate::{Answer, Coordinator};

/// A plan that is being replaced.
#[derive(Debug)]
pub(crate) struct Rebalancing {
    /// Who asked for it, until that is answered.
    waiting: Option<u64>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// The old plan is in force.
    Before(Box<Target>, Until),
    /// The new one is: what it changed, if somebody is to be told.
    Applying(Option<Box<api::PlanChange>>),
}

/// What is to be.
#[derive(Debug)]
struct Target {
    plan: Plan,
    change: api::PlanChange,
    /// The tasks of the old plan that are to be closed.
    closes: BTreeSet<u32>,
}

/// A step before the new plan is stored, and until when it may take.
#[derive(Debug)]
struct Until {
    step: Before,
    until: Duration,
}

#[derive(Debug)]
enum Before {
    Draining(Quiet),
    Freezing,
    /// Ticks that were under way are worked off.
    Settling(Quiet),
    Closing(Closing),
}

impl Rebalancing {
    /// Whether ticks are to be frozen.
    pub(crate) fn frozen(&self) -> Option<bool> {
        match &self.phase {
            Phase::Before(_, until) => Some(!matches!(until.step, Before::Draining(_))),
            Phase::Applying(_) => Some(true),
        }
    }

    /// Who waits for an answer. They are forgotten here.
    pub(crate) fn waiting(&mut self) -> Vec<u64> {
        self.waiting.take().into_iter().collect()
    }

    /// What is going on, for people.
    pub(crate) fn doing(&self) -> String {
        let step = match &self.phase {
            Phase::Before(_, until) => match &until.step {
                Before::Draining(_) => "draining".to_owned(),
                Before::Freezing | Before::Settling(_) => "freezing ticks".to_owned(),
                Before::Closing(closing) => match closing.component() {
                    Some(component) => format!("closing tasks of {component}"),
                    None => "closing tasks".to_owned(),
                },
            },
            Phase::Applying(_) => "workers take the new plan".to_owned(),
        };
        format!("rebalancing: {step}")
    }
}

impl Coordinator {
    pub(crate) fn begin_rebalance(&mut self, id: u64, asked: &api::Rebalance) {
        match self.target(asked) {
            Err(problem) => self.answer(id, Err(problem)),
            Ok(target) if asked.dry_run => {
                self.answer(id, Ok(Answer::Plan(Box::new(target.change))));
            }
            Ok(target) => {
                let refused = self.busy().or_else(|| self.not_all_up());
                if let Some(problem) = refused {
                    self.answer(id, Err(problem));
                    return;
                }
                let (from, to) = target.change.workers;
                let tasks = target.change.tasks.len();
                self.log(
                    "info",
                    format!("rebalancing: {from} workers become {to}, {tasks} tasks change"),
                );
                let wait = asked.wait_ms.map_or(WAIT, Duration::from_millis);
                let until = Until {
                    step: Before::Draining(Quiet::new(Calm::Settled)),
                    until: self.now.mono.saturating_add(wait),
                };
                self.operation = Operation::Rebalance(Box::new(Rebalancing {
                    waiting: Some(id),
                    phase: Phase::Before(Box::new(target), until),
                }));
            }
        }
    }

    /// Takes back what an earlier supervisor has begun: some tasks may be closed.
    pub(crate) fn resume_rebalance(&mut self) -> Operation {
        self.remake();
        self.unstored = true;
        Operation::Rebalance(Box::new(Rebalancing {
            waiting: None,
            phase: Phase::Applying(None),
        }))
    }

    /// The present placement as a plan of its own: taking it makes closed tasks again.
    fn remake(&mut self) {
        let plan = self.record.plan.clone();
        let next = plan.generation().saturating_add(1);
        self.replace_plan(plan.with_generation(next));
    }

    fn replace_plan(&mut self, plan: Plan) {
        for module in self.record.modules.components.values_mut() {
            if let Some(trial) = &mut module.trial {
                trial.tasks.retain(|&task| plan.task(task).is_some());
            }
        }
        self.record.plan = plan;
        self.record.closing = None;
        self.whole = false;
        let now = self.now.mono;
        for worker in self.workers.values_mut().filter(|worker| worker.is_up()) {
            worker.enter(WorkerState::Starting, now);
        }
    }

    pub(crate) fn step_rebalance(&mut self, mut rebalance: Box<Rebalancing>) -> Step {
        match rebalance.phase {
            Phase::Before(target, until) => {
                if let Some(problem) = self.not_all_up() {
                    let why = problem.message;
                    return self.take_back(rebalance.waiting, &format!("interrupted: {why}"));
                }
                let (until, went) = match self.step_before(&target, until) {
                    Ok(next) => next,
                    Err(why) => return self.take_back(rebalance.waiting, &why),
                };
                match until {
                    Some(until) => rebalance.phase = Phase::Before(target, until),
                    None => {
                        self.replace_plan(target.plan);
                        self.store();
                        self.log("info", "the new plan is stored; workers take it");
                        rebalance.phase = Phase::Applying(Some(Box::new(target.change)));
                    }
                }
                if went {
                    Step::Went(Operation::Rebalance(rebalance))
                } else {
                    Step::Waits(Operation::Rebalance(rebalance))
                }
            }
            Phase::Applying(change) if !self.all_up() => {
                rebalance.phase = Phase::Applying(change);
                Step::Waits(Operation::Rebalance(rebalance))
            }
            Phase::Applying(change) => {
                let generation = self.record.plan.generation();
                self.log("info", format!("every worker works by plan {generation}"));
                if let (Some(id), Some(mut change)) = (rebalance.waiting, change) {
                    change.applied = true;
                    self.answer(id, Ok(Answer::Plan(change)));
                }
                Step::Went(Operation::None)
            }
        }
    }

    /// A step before the new plan is stored. `None`: it is to be stored now; also
    /// whether anything has changed. An error is why the old plan stays.
    fn step_before(
        &mut self,
        target: &Target,
        Until { step, until }: Until,
    ) -> Result<(Option<Until>, bool), String> {
        let now = self.now.mono;
        let asking = self.asking();
        let next = |step| {
            let until = now + CLOSE_LIMIT;
            Ok((Some(Until { step, until }), true))
        };
        let waits = match step {
            Before::Draining(mut quiet) => {
                let swaps = self.planned().any(|worker| worker.told.swapping.is_some());
                let drained = !swaps
                    && self.all_told(SpoutMode::Paused)
                    && quiet.go_on(now, &asking, &mut self.requests, &mut self.out);
                if drained {
                    return next(Before::Freezing);
                }
                if now >= until {
                    let what = self.in_flight();
                    return Err(format!(
                        "rows in flight did not settle in time: {what}; give it more time \
                         (`wait_ms`), or look at what holds them"
                    ));
                }
                Before::Draining(quiet)
            }
            Before::Freezing => {
                if self
                    .planned()
                    .all(|worker| worker.told.frozen == Some(true))
                {
                    return next(Before::Settling(Quiet::new(Calm::Settled)));
                }
                Before::Freezing
            }
            Before::Settling(mut quiet) => {
                if quiet.go_on(now, &asking, &mut self.requests, &mut self.out) {
                    let plan = &self.record.plan;
                    let which = |task| target.closes.contains(&task);
                    let closing = Closing::new(&self.topology, plan, false, which);
                    if !closing.is_empty() {
                        self.record.closing = Some(record::Closing::Replanned);
                        self.store();
                    }
                    return next(Before::Closing(closing));
                }
                Before::Settling(quiet)
            }
            Before::Closing(mut closing) => {
                let plan = &self.record.plan;
                match closing.go_on(now, plan, &asking, &mut self.requests, &mut self.out) {
                    Progress::Done => return Ok((None, true)),
                    Progress::Refused(why) => return Err(why),
                    Progress::Going => {}
                }
                Before::Closing(closing)
            }
        };
        if now >= until {
            let seconds = CLOSE_LIMIT.as_secs();
            let what = self.in_flight();
            return Err(format!("workers were not done after {seconds} s: {what}"));
        }
        Ok((Some(Until { step: waits, until }), false))
    }

    /// The old plan stays.
    fn take_back(&mut self, waiting: Option<u64>, why: &str) -> Step {
        self.log("warn", format!("rebalancing is taken back: {why}"));
        if let Some(id) = waiting {
            let message = format!("nothing is changed: {why}");
            self.answer(id, Err(problem(ProblemCode::Conflict, message)));
        }
        if self.record.closing.is_none() {
            return Step::Went(Operation::None);
        }
        self.remake();
        self.store();
        Step::Went(Operation::Rebalance(Box::new(Rebalancing {
            waiting: None,
            phase: Phase::Applying(None),
        })))
    }
}
