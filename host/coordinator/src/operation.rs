//! What is going on with the whole topology. One thing at a time; a kill or a suspension
//! takes the place of whatever it is.

use stormcell_protocol::api::{Problem, ProblemCode};

use crate::Coordinator;
use crate::deploy::Deploying;
use crate::finish::Finish;
use crate::rebalance::Rebalancing;
use crate::stop::Stop;

/// What is going on.
#[derive(Debug)]
pub(crate) enum Operation {
    /// It runs, or its workers are being started.
    None,
    /// Its spouts have ended.
    Finish(Finish),
    /// It is killed or suspended.
    Stop(Stop),
    /// Workers or tasks change.
    Rebalance(Box<Rebalancing>),
    /// A component file changes.
    Deploy(Box<Deploying>),
}

/// How an operation goes on.
pub(crate) enum Step {
    /// It waits for something.
    Waits(Operation),
    /// It went a step; there may be more to do at once.
    Went(Operation),
}

impl Coordinator {
    /// Goes on with what is going on. Says whether anything has changed.
    pub(crate) fn advance(&mut self) -> bool {
        let operation = std::mem::replace(&mut self.operation, Operation::None);
        let step = match operation {
            Operation::None => self.begin_finish(),
            Operation::Finish(finish) => self.step_finish(finish),
            Operation::Stop(stop) => self.step_stop(stop),
            Operation::Rebalance(rebalance) => self.step_rebalance(rebalance),
            Operation::Deploy(deploy) => self.step_deploy(deploy),
        };
        let (operation, went) = match step {
            Step::Waits(operation) => (operation, false),
            Step::Went(operation) => (operation, true),
        };
        self.operation = operation;
        went
    }

    /// Why no other operation can begin now.
    pub(crate) fn busy(&self) -> Option<Problem> {
        let doing = self.doing()?;
        Some(problem(
            ProblemCode::Busy,
            format!("the topology is busy ({doing}); try again when that is over"),
        ))
    }
}

/// A problem without diagnostics.
pub(crate) fn problem(code: ProblemCode, message: impl Into<String>) -> Problem {
    Problem::new(code, message)
}
