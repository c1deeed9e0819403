//! What somebody wants of the topology: what can be answered at once is, and the rest
//! begins an operation.

use stormcell_protocol::api::{Problem, ProblemCode};
use stormcell_protocol::record::Desired;

use crate::operation::{Operation, problem};
use crate::{Action, Answer, Command, Coordinator};

impl Coordinator {
    pub(crate) fn command(&mut self, id: u64, command: Command) {
        if let Operation::Stop(stop) = &self.operation
            && stop.is_over()
        {
            match (self.not_running(), command) {
                (Some(over), command) if !matches!(command, Command::Suspend { .. }) => {
                    self.answer(id, Err(over));
                }
                _ => self.answer_summary(id),
            }
            return;
        }
        match command {
            Command::Activate => self.set_spouts(id, Desired::Active),
            Command::Deactivate => self.set_spouts(id, Desired::Inactive),
            Command::Kill(kill) => self.kill(id, &kill),
            Command::Suspend { wait } => self.suspend(id, wait),
            Command::Rebalance(asked) => self.begin_rebalance(id, &asked),
            Command::Deploy(asked, topology) => self.begin_deploy(id, &asked, topology),
            Command::Rollback(asked, file, topology) => {
                self.begin_rollback(id, &asked, &file, topology);
            }
        }
    }

    pub(crate) fn answer(&mut self, id: u64, answer: Result<Answer, Problem>) {
        self.out.push(Action::Answer(id, Box::new(answer)));
    }

    /// Answers with how the topology is.
    pub(crate) fn answer_summary(&mut self, id: u64) {
        let summary = Box::new(self.summary());
        self.answer(id, Ok(Answer::Topology(summary)));
    }

    fn set_spouts(&mut self, id: u64, desired: Desired) {
        if let Some(ended) = self.not_running() {
            self.answer(id, Err(ended));
            return;
        }
        if self.record.desired != desired {
            self.record.desired = desired;
            self.store();
            self.log(
                "info",
                match desired {
                    Desired::Inactive => "spouts are deactivated",
                    _ => "spouts are activated",
                },
            );
        }
        self.answer_summary(id);
    }

    /// Why nothing can be changed any more.
    pub(crate) fn not_running(&self) -> Option<Problem> {
        let why = match (self.record.desired, &self.operation) {
            (Desired::Killed, _) => "is being killed",
            (Desired::Finished, _) => {
                "has finished, and nothing of it runs: to mend it, kill it and submit it again \
                 (--inactive, if it is only to replay its dead letters, which are kept)"
            }
            (_, Operation::Stop(_)) => "is suspended, because its supervisor ends",
            _ => return None,
        };
        let name = &self.record.submitted.name;
        Some(problem(
            ProblemCode::Conflict,
            format!("the topology {name} {why}"),
        ))
    }

    /// Tells those who wait for an operation that it will not be done.
    pub(crate) fn refuse_waiting(&mut self, why: &str) {
        let waiting = match &mut self.operation {
            Operation::Rebalance(rebalance) => rebalance.waiting(),
            Operation::Deploy(deploy) => deploy.waiting(),
            _ => Vec::new(),
        };
        for id in waiting {
            self.answer(id, Err(problem(ProblemCode::Conflict, why)));
        }
    }
}
