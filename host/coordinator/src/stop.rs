//! A topology that is killed or suspended: its spouts stop, what is in flight may
//! settle for a while, its tasks are closed, and its workers exit. Killed, it is then
//! removed, and with it what its tasks keep if that was asked for: once every worker is gone,
//! nobody has that open. Suspended, its record stays as it was and a later supervisor starts
//! it again.
//!
//! A worker that is not there, or dies meanwhile, is not started again: it holds
//! nothing that could be drained. What takes longer than it may is abandoned, so a stop
//! always comes to its end.

use std::time::Duration;

use stormcell_protocol::Ending;
use stormcell_protocol::api::Kill;
use stormcell_protocol::control::Request;
use stormcell_protocol::record::{self, Desired};

use crate::closing::{Closing, Progress};
use crate::limits::{CLOSE_LIMIT, WAIT};
use crate::operation::{Operation, Step};
use crate::quiet::{Calm, Quiet};
use crate::requests::Round;
use crate::{Action, Coordinator};

/// A topology that is being stopped.
#[derive(Debug)]
pub(crate) struct Stop {
    /// Until when rows in flight may settle.
    until: Duration,
    /// Who asked for a suspension.
    waiting: Vec<u64>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Draining(Quiet),
    /// Rows are still in flight at the end of the wait.
    Abandoning(Round, Duration),
    Closing(Closing, Duration),
    Exiting,
    /// Nothing is left.
    Over,
}

impl Stop {
    fn new(until: Duration) -> Self {
        Self {
            until,
            waiting: Vec::new(),
            phase: Phase::Draining(Quiet::new(Calm::Settled)),
        }
    }

    /// Whether workers are still needed.
    pub(crate) fn keeps_workers(&self) -> bool {
        !matches!(self.phase, Phase::Exiting | Phase::Over)
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// What is going on, for people.
    pub(crate) fn doing(&self) -> String {
        match &self.phase {
            Phase::Draining(_) => "draining".to_owned(),
            Phase::Abandoning(..) => "abandoning what is in flight".to_owned(),
            Phase::Closing(closing, _) => match closing.component() {
                Some(component) => format!("closing {component}"),
                None => "closing".to_owned(),
            },
            Phase::Exiting | Phase::Over => "workers exit".to_owned(),
        }
    }
}

impl Coordinator {
    pub(crate) fn kill(&mut self, id: u64, kill: &Kill) {
        let wait = kill.wait_ms.map(Duration::from_millis);
        let before = self.record.desired;
        let removes = kill.remove_state && !self.record.remove_state;
        if before != Desired::Killed || removes {
            self.record.desired = Desired::Killed;
            self.record.remove_state |= removes;
            self.store();
        }
        if before != Desired::Killed {
            self.log("info", "the topology is killed");
        }
        if removes {
            let what = "what its tasks keep is removed when its workers have ended";
            self.log("info", what);
        }
        let finished = before == Desired::Finished;
        // Killed again without a wait, it keeps the wait that it has.
        if before != Desired::Killed || wait.is_some() {
            self.stop("the topology is being killed", wait, finished);
        }
        self.answer_summary(id);
    }

    pub(crate) fn suspend(&mut self, id: u64, wait: Duration) {
        let finished = self.record.desired == Desired::Finished;
        self.log("info", "the topology is suspended");
        self.stop("the supervisor is ending", Some(wait), finished);
        if let Operation::Stop(stop) = &mut self.operation {
            stop.waiting.push(id);
        }
    }

    /// Goes on with a kill of an earlier supervisor.
    pub(crate) fn resume_kill(&self) -> Operation {
        Operation::Stop(Stop::new(self.now.mono + self.default_wait()))
    }

    /// Stops the topology in place of whatever is going on. If it is being stopped
    /// already, then by the earlier of the two times.
    fn stop(&mut self, why: &str, wait: Option<Duration>, finished: bool) {
        let wait = wait.unwrap_or_else(|| self.default_wait());
        let until = self.now.mono.saturating_add(wait);
        if let Operation::Stop(stop) = &mut self.operation {
            stop.until = stop.until.min(until);
            return;
        }
        self.refuse_waiting(&format!("it was not completed: {why}"));
        let mut stop = Stop::new(until);
        if finished {
            stop.phase = Phase::Exiting;
        }
        self.operation = Operation::Stop(stop);
    }

    /// The longest message time-out of the topology.
    fn default_wait(&self) -> Duration {
        let of_spouts = self
            .topology
            .spouts()
            .filter_map(|spout| spout.spout.as_ref()?.message_timeout);
        let longest = of_spouts.max().unwrap_or(WAIT);
        self.record.submitted.message_timeout.unwrap_or(longest)
    }

    pub(crate) fn step_stop(&mut self, mut stop: Stop) -> Step {
        let now = self.now.mono;
        let asking = self.asking();
        // Who is not known yet may be alive and have rows.
        let unknown = self.planned().any(|w| w.may_be_alive() && w.number == 0);
        let phase = match stop.phase {
            Phase::Draining(mut quiet) => {
                let drained =
                    !unknown && quiet.go_on(now, &asking, &mut self.requests, &mut self.out);
                if drained {
                    self.begin_closing()
                } else if now >= stop.until && !unknown {
                    let what = self.in_flight();
                    self.log("warn", format!("the wait is over; abandoned: {what}"));
                    Phase::Abandoning(Round::default(), now + CLOSE_LIMIT)
                } else {
                    stop.phase = Phase::Draining(quiet);
                    return Step::Waits(Operation::Stop(stop));
                }
            }
            Phase::Abandoning(mut round, until) => {
                let abandon = |_| Request::Abandon;
                if round.go_on(&asking, abandon, &mut self.requests, &mut self.out) || now >= until
                {
                    self.begin_closing()
                } else {
                    stop.phase = Phase::Abandoning(round, until);
                    return Step::Waits(Operation::Stop(stop));
                }
            }
            Phase::Closing(mut closing, until) => {
                let plan = &self.record.plan;
                match closing.go_on(now, plan, &asking, &mut self.requests, &mut self.out) {
                    Progress::Done => {
                        if self.record.closing == Some(record::Closing::Finished)
                            && self.record.desired != Desired::Killed
                        {
                            self.finished();
                        }
                        Phase::Exiting
                    }
                    Progress::Going if now >= until => {
                        self.log("warn", "tasks took too long to close and are ended");
                        Phase::Exiting
                    }
                    Progress::Going => {
                        stop.phase = Phase::Closing(closing, until);
                        return Step::Waits(Operation::Stop(stop));
                    }
                    Progress::Refused(why) => {
                        self.log("warn", why);
                        Phase::Closing(closing, until)
                    }
                }
            }
            Phase::Exiting if self.workers.values().any(|w| w.may_be_alive()) => {
                stop.phase = Phase::Exiting;
                return Step::Waits(Operation::Stop(stop));
            }
            Phase::Exiting => {
                self.stopped(std::mem::take(&mut stop.waiting));
                Phase::Over
            }
            Phase::Over => {
                stop.phase = Phase::Over;
                return Step::Waits(Operation::Stop(stop));
            }
        };
        stop.phase = phase;
        Step::Went(Operation::Stop(stop))
    }

    fn begin_closing(&self) -> Phase {
        let finished = self.record.closing == Some(record::Closing::Finished);
        let closing = Closing::new(&self.topology, &self.record.plan, finished, |_| true);
        Phase::Closing(closing, self.now.mono + CLOSE_LIMIT)
    }

    /// Every worker is gone.
    fn stopped(&mut self, waiting: Vec<u64>) {
        if self.record.desired == Desired::Killed {
            self.log("info", "the topology is removed");
            self.out.push(Action::Remove);
        } else if self.record.desired != Desired::Finished {
            if let Some(mut report) = self.report() {
                report.ending = Ending::Stopped;
                self.record.last_report = Some(report);
            }
            // With what its workers did: they have all ended.
            self.store();
        }
        for id in waiting {
            self.answer_summary(id);
        }
    }
}
