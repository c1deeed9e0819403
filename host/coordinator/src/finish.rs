//! When every spout has ended and every tree is settled: all tasks are closed, the last
//! reports are taken, and every worker exits.
//!
//! Once closing has begun, that is stored, and spouts do not emit again: a worker that
//! dies then loses what its tasks held, as in any crash, and is started again to close
//! the rest. To have it emit again would give every row a second time to tasks that are
//! closed.

use std::collections::BTreeMap;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::Ending;
use stormcell_protocol::record::{self, Desired};
use stormcell_topology::ComponentKind;

use crate::Coordinator;
use crate::closing::{Closing, Progress};
use crate::limits::REPORT_LIMIT;
use crate::operation::{Operation, Step};
use crate::quiet::{Calm, Quiet};

/// A topology that comes to its end.
#[derive(Debug)]
pub(crate) struct Finish(Phase);

#[derive(Debug)]
enum Phase {
    /// Heartbeats say that all is over; it is made sure.
    Probing(Quiet),
    Closing(Closing),
    /// Heartbeats from after the last close are awaited: by then, how many of each
    /// worker had come.
    Reporting {
        heartbeats: BTreeMap<WorkerIncarnation, u64>,
        until: Duration,
    },
}

impl Finish {
    /// Whether tasks are being closed.
    pub(crate) fn closes(&self) -> bool {
        !matches!(self.0, Phase::Probing(_))
    }

    /// What is going on, for people.
    pub(crate) fn doing(&self) -> Option<String> {
        match &self.0 {
            Phase::Probing(_) => None,
            Phase::Closing(closing) => Some(match closing.component() {
                Some(component) => format!("finishing: closing {component}"),
                None => "finishing".to_owned(),
            }),
            Phase::Reporting { .. } => Some("finishing: last reports".to_owned()),
        }
    }
}

impl Coordinator {
    /// Begins if every worker said in its last heartbeat that nothing is left.
    pub(crate) fn begin_finish(&mut self) -> Step {
        if self.may_finish() {
            let quiet = Quiet::new(Calm::Ended);
            Step::Went(Operation::Finish(Finish(Phase::Probing(quiet))))
        } else {
            Step::Waits(Operation::None)
        }
    }

    fn may_finish(&self) -> bool {
        let generation = self.record.plan.generation();
        self.whole
            && (self.record.desired == Desired::Active || self.record.replaying)
            && self.all_up()
            && !self.lacks_a_spout()
            && self.planned().all(|worker| {
                worker.heartbeat.as_ref().is_some_and(|heartbeat| {
                    heartbeat.generation == generation && Calm::Ended.holds(&heartbeat.probe)
                })
            })
    }

    /// Whether a task of a spout is quarantined. Its source has not ended, so the topology
    /// is not over: it stays until somebody deploys or kills.
    fn lacks_a_spout(&self) -> bool {
        self.workers
            .values()
            .filter_map(|worker| worker.heartbeat.as_ref())
            .flat_map(|heartbeat| &heartbeat.report.components)
            .any(|component| {
                component.kind == ComponentKind::Spout && !component.quarantined.is_empty()
            })
    }

    /// Goes on with closing that an earlier supervisor has begun. Tasks that are closed
    /// already stay closed.
    pub(crate) fn resume_finish(&self) -> Operation {
        Operation::Finish(Finish(Phase::Closing(self.closing_for_good())))
    }

    fn closing_for_good(&self) -> Closing {
        Closing::new(&self.topology, &self.record.plan, true, |_| true)
    }

    pub(crate) fn step_finish(&mut self, finish: Finish) -> Step {
        let now = self.now.mono;
        let asking = self.asking();
        let phase = match finish.0 {
            Phase::Probing(_) if !self.may_finish() => return Step::Went(Operation::None),
            Phase::Probing(mut quiet) => {
                if !quiet.go_on(now, &asking, &mut self.requests, &mut self.out) {
                    return Step::Waits(Operation::Finish(Finish(Phase::Probing(quiet))));
                }
                self.record.closing = Some(record::Closing::Finished);
                self.store();
                let what = match self.record.replaying {
                    true => "no dead letter is left that was asked for; its tasks are closed",
                    false => "every spout has ended; its tasks are closed",
                };
                self.log("info", what);
                Phase::Closing(self.closing_for_good())
            }
            // Who has died comes back first.
            Phase::Closing(closing) if !self.all_up() => {
                return Step::Waits(Operation::Finish(Finish(Phase::Closing(closing))));
            }
            Phase::Closing(mut closing) => {
                let plan = &self.record.plan;
                match closing.go_on(now, plan, &asking, &mut self.requests, &mut self.out) {
                    Progress::Going => {
                        return Step::Waits(Operation::Finish(Finish(Phase::Closing(closing))));
                    }
                    Progress::Refused(why) => {
                        self.log("warn", why);
                        Phase::Closing(closing)
                    }
                    Progress::Done => Phase::Reporting {
                        heartbeats: self
                            .planned()
                            .map(|worker| (worker.incarnation(), worker.heartbeats))
                            .collect(),
                        until: now + REPORT_LIMIT,
                    },
                }
            }
            Phase::Reporting { heartbeats, until } => {
                let waits = self.planned().any(|worker| {
                    worker.serves()
                        && heartbeats.get(&worker.incarnation()) == Some(&worker.heartbeats)
                });
                if waits && now < until {
                    let phase = Phase::Reporting { heartbeats, until };
                    return Step::Waits(Operation::Finish(Finish(phase)));
                }
                self.finished();
                return Step::Went(Operation::None);
            }
        };
        Step::Went(Operation::Finish(Finish(phase)))
    }

    /// It has finished: this is stored, and its workers are not needed any more.
    pub(crate) fn finished(&mut self) {
        self.record.last_report = self.report().map(|mut report| {
            report.ending = Ending::Finished;
            report
        });
        self.record.desired = Desired::Finished;
        self.record.closing = None;
        let replayed = std::mem::take(&mut self.record.replaying);
        self.whole = false;
        self.store();
        match replayed {
            true => {
                let letters = self.record.last_report.as_ref();
                let letters = letters.map(|report| report.replayed_letters);
                let letters = letters.unwrap_or_default();
                self.log(
                    "info",
                    format!(
                        "dead letters were replayed; of all so far {} were processed, and {} were \
                         replayed in vain",
                        letters.processed, letters.in_vain
                    ),
                );
            }
            false => self.log("info", "the topology has finished"),
        }
    }
}
