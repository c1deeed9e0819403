//! Making instances anew after faults, with delays that grow.
//!
//! A fault that is found to be one row's costs no delay: the rows of a call are
//! tried in ever smaller calls, a handful of instances a row. A component that
//! faults whatever it is given is slowed down, so that it does not take a core
//! from its neighbours; its rows still fail one by one, and nothing waits for it
//! for ever. A component that cannot even be prepared any more ends the run, and so
//! does a spout that only faults: it would go on for ever without emitting a row.

use std::time::Duration;

use stormcell_sandbox::{CallError, Fault};

use super::Definition;
use crate::error::RunError;

/// Faults in a row that cost no delay.
const FREE_FAULTS: u32 = 32;
/// The longest delay after a fault.
const LONGEST_DELAY: Duration = Duration::from_millis(100);
/// Faults in a row after which a spout is given up: about seven seconds of delays.
const SPOUT_FAULTS: u32 = 100;
/// How often `prepare` may fail in a row.
const PREPARES: u32 = 6;

/// How many faults there were without a good call between.
#[derive(Debug, Default)]
pub(crate) struct Streak(u32);

impl Streak {
    /// A call went well.
    pub(crate) fn end(&mut self) {
        self.0 = 0;
    }

    /// For a spout, which has no rows to fail: ends the run if another instance
    /// would hardly do better.
    pub(crate) fn give_up(&self, definition: &Definition, fault: &Fault) -> Result<(), RunError> {
        if self.0 < SPOUT_FAULTS {
            return Ok(());
        }
        Err(RunError::GivenUp {
            component: definition.spec.component.clone(),
            task: definition.spec.task,
            faults: self.0,
            reason: describe(fault),
        })
    }

    /// How long to wait before the next instance.
    fn delay(&mut self) -> Duration {
        self.0 = self.0.saturating_add(1);
        match self.0.checked_sub(FREE_FAULTS + 1) {
            None => Duration::ZERO,
            Some(more) => LONGEST_DELAY.min(Duration::from_millis(1 << more.min(16))),
        }
    }
}

/// What a person wants to know of a fault: what happened, then the guest's frames.
pub(crate) fn describe(fault: &Fault) -> String {
    let mut text = fault.message.clone();
    for frame in &fault.backtrace {
        text.push_str("\n    in ");
        text.push_str(frame);
    }
    text
}

/// What a person wants to know of an error of a call.
pub(crate) fn explain(error: &CallError) -> String {
    match error {
        CallError::Returned(text) => text.clone(),
        CallError::Fault(fault) => describe(fault),
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
        reason: explain(&error),
    })
}

/// Makes another instance after a fault.
pub(crate) async fn another<T>(
    definition: &Definition,
    streak: &mut Streak,
    make: impl AsyncFn(&Definition) -> Result<T, CallError>,
) -> Result<T, RunError> {
    definition.reporter.metrics.restarts.add(1);
    let delay = streak.delay();
    if delay > Duration::ZERO {
        tokio::time::sleep(delay).await;
    }
    let mut wait = Duration::from_millis(10);
    let mut failures = 0;
    loop {
        match make(definition).await {
            Ok(instance) => return Ok(instance),
            Err(error) => {
                failures += 1;
                let reason = explain(&error);
                if failures == PREPARES {
                    return Err(RunError::GivenUp {
                        component: definition.spec.component.clone(),
                        task: definition.spec.task,
                        faults: failures,
                        reason,
                    });
                }
                definition
                    .reporter
                    .error(&format!("a new instance could not be prepared: {reason}"));
                tokio::time::sleep(wait).await;
                wait *= 3;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_start_late_grow_and_stay_bounded() {
        let mut streak = Streak::default();
        let delays: Vec<_> = (0..60).map(|_| streak.delay()).collect();
        assert!(delays[..32].iter().all(Duration::is_zero));
        assert!(delays[32] > Duration::ZERO);
        assert!(delays.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(delays[59], LONGEST_DELAY);
        streak.end();
        assert_eq!(streak.delay(), Duration::ZERO);
    }
}
