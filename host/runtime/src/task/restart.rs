//! Making instances anew after faults: with delays that grow, and a budget.
//!
//! A fault that is found to be one row's costs no delay: the rows of a call are
//! tried in ever smaller calls, a handful of instances a row. A component that
//! faults whatever it is given is slowed down, so that it does not take a core
//! from its neighbours, until its budget is spent ([`super::budget`]). Then the task is
//! given up, and so is one that cannot even be prepared any more: it is quarantined, or
//! the run ends, as the topology says.

use std::time::Duration;

use stormcell_sandbox::{CallError, Fault};
use stormcell_topology::units::Period;
use stormcell_topology::{Restart, WhenSpent};
use tokio::time::Instant;

use super::Definition;
use super::budget::Budget;
use crate::abandoned::Abandoned;
use crate::error::RunError;
use crate::streak::Streak;

/// How often `prepare` may fail in a row.
const PREPARES: u32 = 6;

/// The faults of a task, and what they have cost it.
#[derive(Debug)]
pub(crate) struct Restarts {
    streak: Streak,
    budget: Budget,
    since: Instant,
}

impl Restarts {
    /// No faults yet, and this rule for those that come.
    pub(crate) fn new(rule: Restart) -> Self {
        Self {
            streak: Streak::default(),
            budget: Budget::new(rule),
            since: Instant::now(),
        }
    }

    /// A call went well.
    pub(crate) fn good(&mut self) {
        self.streak.good();
        self.budget.good();
    }

    /// A fault takes one from the budget.
    ///
    /// # Errors
    /// If there is nothing left of it: the task is to be given up.
    pub(crate) fn spend(&mut self, definition: &Definition, fault: &Fault) -> Result<(), RunError> {
        match self.budget.fault(self.since.elapsed()) {
            None => Ok(()),
            Some(faults) => {
                let Restart { budget, window, .. } = self.budget.rule();
                Err(RunError::GivenUp {
                    component: definition.spec.component.clone(),
                    task: definition.spec.task,
                    what: format!(
                        "{faults} fault{}, and `restart` allows {budget} within {}",
                        if faults == 1 { "" } else { "s" },
                        Period::new(*window)
                    ),
                    reason: fault.whole(),
                })
            }
        }
    }

    /// Why the task is to be quarantined after this error.
    ///
    /// # Errors
    /// The error itself, if it is to end the run.
    pub(crate) fn quarantine(&self, error: RunError) -> Result<String, RunError> {
        match error {
            RunError::GivenUp { what, reason, .. }
                if self.budget.rule().then == WhenSpent::Quarantine =>
            {
                Ok(format!("{what}; the last one: {reason}"))
            }
            error => Err(error),
        }
    }
}

/// Makes the first instance of a task.
pub(crate) async fn first<T>(
    definition: &Definition,
    make: impl AsyncFn(&Definition) -> Result<T, CallError>,
) -> Result<T, RunError> {
    make(definition).await.map_err(|error| RunError::Prepare {
        component: definition.spec.component.clone(),
        task: definition.spec.task,
        reason: error.whole(),
    })
}

/// Makes another instance after a fault. When what is in flight is given up it waits no
/// more, and tries no more than once.
///
/// # Errors
/// If none can be prepared: the task is to be given up.
pub(crate) async fn another<T>(
    definition: &Definition,
    restarts: &mut Restarts,
    abandoned: &Abandoned,
    make: impl AsyncFn(&Definition) -> Result<T, CallError>,
) -> Result<T, RunError> {
    definition.reporter.metrics.restarts.add(1);
    abandoned.or(restarts.streak.wait()).await;
    let mut wait = Duration::from_millis(10);
    let mut failures = 0;
    loop {
        match make(definition).await {
            Ok(instance) => return Ok(instance),
            Err(error) => {
                failures += 1;
                let reason = error.whole();
                if failures == PREPARES || abandoned.is_set() {
                    return Err(RunError::GivenUp {
                        component: definition.spec.component.clone(),
                        task: definition.spec.task,
                        what: match failures {
                            1 => "a new instance could not be prepared".to_owned(),
                            _ => format!("a new instance could not be prepared {failures} times"),
                        },
                        reason,
                    });
                }
                definition.reporter.error(format_args!(
                    "a new instance could not be prepared: {reason}"
                ));
                abandoned.or(tokio::time::sleep(wait)).await;
                wait *= 3;
            }
        }
    }
}
