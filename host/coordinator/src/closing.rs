//! Closing tasks, component by component, upstream first: what the `close` of one emits
//! is worked off before the next is closed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use stormcell_protocol::control::Request;
use stormcell_topology::{Flow, Plan, Topology};

use crate::Action;
use crate::quiet::{Calm, Quiet};
use crate::requests::{Asking, Requests, Round};

/// The tasks of one component.
#[derive(Debug)]
struct Group {
    component: String,
    tasks: Vec<u32>,
}

/// Tasks that are being closed.
#[derive(Debug)]
pub(crate) struct Closing {
    groups: VecDeque<Group>,
    finished: bool,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Close(Round),
    /// What the close of a component emitted is worked off.
    Settle(Quiet),
}

/// How far closing is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Going,
    Done,
    /// A worker could not close its tasks of a component. Closing may go on.
    Refused(String),
}

impl Closing {
    /// The tasks of this plan for which `which` holds.
    pub(crate) fn new(
        topology: &Topology,
        plan: &Plan,
        finished: bool,
        which: impl Fn(u32) -> bool,
    ) -> Self {
        let groups = Flow::of(topology).closing_order().into_iter();
        let groups = groups.filter_map(|position| {
            let component = topology.components().get(position)?.id.clone();
            let tasks: Vec<u32> = plan.tasks_of(&component).filter(|&id| which(id)).collect();
            (!tasks.is_empty()).then_some(Group { component, tasks })
        });
        Self {
            groups: groups.collect(),
            finished,
            step: Step::Close(Round::default()),
        }
    }

    /// The component that is being closed.
    pub(crate) fn component(&self) -> Option<&str> {
        self.groups.front().map(|group| group.component.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Goes on. Only workers that have tasks of a component are asked to close them, but
    /// all are probed.
    pub(crate) fn go_on(
        &mut self,
        now: Duration,
        plan: &Plan,
        asking: &[Asking],
        requests: &mut Requests,
        out: &mut Vec<Action>,
    ) -> Progress {
        while let Some(group) = self.groups.front() {
            match &mut self.step {
                Step::Close(round) => {
                    let mut here: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
                    for task in group.tasks.iter().filter_map(|&id| plan.task(id)) {
                        here.entry(task.worker).or_default().push(task.id);
                    }
                    let concerned: Vec<Asking> = asking
                        .iter()
                        .filter(|asking| here.contains_key(&asking.worker.worker))
                        .copied()
                        .collect();
                    let finished = self.finished;
                    let close = |worker: stormcell_acking::WorkerIncarnation| Request::Close {
                        tasks: here.get(&worker.worker).cloned().unwrap_or_default(),
                        finished,
                    };
                    if !round.go_on(&concerned, close, requests, out) {
                        return Progress::Going;
                    }
                    let refused = round.refused().map(|(worker, why)| {
                        let component = &group.component;
                        let number = worker.worker;
                        format!("worker {number} could not close its tasks of {component}: {why}")
                    });
                    self.step = Step::Settle(Quiet::new(Calm::Idle));
                    if let Some(refused) = refused {
                        return Progress::Refused(refused);
                    }
                }
                Step::Settle(quiet) => {
                    if !quiet.go_on(now, asking, requests, out) {
                        return Progress::Going;
                    }
                    self.groups.pop_front();
                    self.step = Step::Close(Round::default());
                }
            }
        }
        Progress::Done
    }
}
