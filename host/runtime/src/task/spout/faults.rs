//! What becomes of a spout's task when a call of its instance goes wrong.

use std::time::Duration;

use stormcell_acking::FailReason;
use stormcell_sandbox::{CallError, Fault};
use stormcell_topology::plain_text::Said;
use tokio::time::Instant;

use super::{SpoutTask, instance};
use crate::error::RunError;
use crate::task::failing::Later;
use crate::task::restart::another;

/// How long a spout rests after an error of its own; twice as long after each
/// further one.
const ERROR_REST: Duration = Duration::from_millis(100);
/// The longest rest after an error.
const LONGEST_ERROR_REST: Duration = Duration::from_secs(5);
/// With how many errors of `next` in a row a task is given up: a source that cannot go on
/// (a line of its file is broken, say) must not keep a topology running for ever.
const ERRORS_IN_A_ROW: u32 = 12;

impl SpoutTask {
    /// Whether the task is quarantined: it emits no new rows.
    pub(super) fn is_quarantined(&self) -> bool {
        self.instance.is_none()
    }

    /// Deals with an error of a call.
    pub(super) async fn after_call(
        &mut self,
        result: Result<(), CallError>,
        name: &str,
    ) -> Result<(), RunError> {
        match result {
            Ok(()) => Ok(()),
            Err(CallError::Returned(reason)) => self.after_error(reason, name),
            Err(CallError::Fault(fault)) => self.replace(&fault, name).await,
        }
    }

    fn after_error(&mut self, reason: Said, name: &str) -> Result<(), RunError> {
        let definition = &self.parts.definition;
        definition
            .reporter
            .error(format_args!("{name} failed: {reason}"));
        let rest = ERROR_REST * 2u32.saturating_pow(self.errors);
        self.rest_until = Instant::now() + rest.min(LONGEST_ERROR_REST);
        if name != "next" {
            return Ok(());
        }
        self.errors += 1;
        if self.errors < ERRORS_IN_A_ROW {
            return Ok(());
        }
        let error = RunError::GivenUp {
            component: definition.spec.component.clone(),
            task: definition.spec.task,
            what: format!("`next` returned {} errors in a row", self.errors),
            reason,
        };
        self.give_up(error)
    }

    /// Throws the instance away and makes another, unless the task is given up. The rows
    /// that the old one tracked itself fail: the new one is told of them, and knows what
    /// to emit again if its ids say so. Those that the host replays are not touched.
    async fn replace(&mut self, fault: &Fault, name: &str) -> Result<(), RunError> {
        // Its memory is free before another takes as much.
        self.instance = None;
        let definition = &self.parts.definition;
        definition
            .reporter
            .error(format_args!("{name} failed: {}", fault.whole()));
        definition.reporter.counts.fault();
        let made = match self.restarts.spend(definition, fault) {
            Ok(()) => {
                let abandoned = &self.parts.abandoned;
                another(definition, &mut self.restarts, abandoned, instance).await
            }
            Err(error) => Err(error),
        };
        match made {
            Ok(instance) => self.instance = Some(instance),
            Err(error) => return self.give_up(error),
        }
        if self.active
            && let Some(instance) = &mut self.instance
            && let Err(error) = instance.activate().await
        {
            let reporter = &self.parts.definition.reporter;
            reporter.error(format_args!("activate failed: {}", error.whole()));
        }
        self.fail_own();
        Ok(())
    }

    /// Fails the rows in flight that the spout tracks itself.
    fn fail_own(&self) {
        let mut ledger = self.setup.tracker.lock();
        let roots: Vec<_> = ledger
            .iter()
            .filter(|pending| self.payloads.is_id(pending.root))
            .map(|pending| pending.root)
            .collect();
        for root in roots {
            ledger.fail(root, FailReason::SpoutRestarted);
        }
    }

    /// The task emits no new rows any more, until its component is exchanged: its source
    /// counts as ended, so that nobody waits for it. Rows in flight that the host replays
    /// go on; of the others there is nobody to be told.
    fn give_up(&mut self, error: RunError) -> Result<(), RunError> {
        let reason = self.restarts.quarantine(error)?;
        self.instance = None;
        self.ended = true;
        // There is nobody to be told.
        self.own.clear();
        self.resting_ids = Later::default();
        let reporter = &self.parts.definition.reporter;
        reporter.error(format_args!("quarantined: {reason}"));
        reporter.metrics.quarantine(reporter.task, &reason);
        self.fail_own();
        Ok(())
    }

    /// The task runs again.
    pub(super) fn release(&self) {
        let reporter = &self.parts.definition.reporter;
        reporter.metrics.release(reporter.task);
    }
}
