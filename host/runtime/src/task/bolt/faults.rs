//! What becomes of a bolt's task, and of its rows, when its instance faults.

use stormcell_batch::Lineage;
use stormcell_sandbox::Fault;

use super::search::{Search, WrongCall};
use super::{BoltTask, instance};
use crate::error::RunError;
use crate::mailbox::Delivery;
use crate::rows::CallRows;
use crate::task::dead_letters::{TRIES_ALONE, may_be_of_the_row};
use crate::task::restart::another;
use crate::task::work::Work;

impl BoltTask {
    /// Whether a fault is that of one row. If it can become a dead letter, it is tried once
    /// more alone, so that a fault of the moment is not taken for that of the row.
    pub(super) fn is_at_fault(&self, work: &Work, fault: &Fault) -> bool {
        let again = self.parts.dead_letters.is_some() && may_be_of_the_row(fault);
        work.rows() == 1 && (!again || work.attempts_alone() >= TRIES_ALONE)
    }

    /// The row at fault becomes a dead letter: then it is done with, and nobody replays
    /// it. If it cannot be stored, it fails.
    pub(super) async fn give_up_row(&mut self, work: &Work, fault: &Fault) {
        let definition = &self.parts.definition;
        definition.reporter.counts.rows(1);
        let call = CallRows::new(0, work.lineage());
        let values = work.values().next();
        // It has a letter already, which is told that it failed once more.
        let mut replayed = false;
        call.roots(0, |root| replayed |= self.parts.trackers.is_replay(root));
        let (Some(letters), Some(values), true) = (
            &self.parts.dead_letters,
            values,
            may_be_of_the_row(fault) && !replayed,
        ) else {
            return self.fail_all(&call, &fault.whole());
        };
        let stored = letters.store_row(definition, &values, work.attempts(), fault);
        if let Err(reason) = stored.await {
            let what = format!("a dead letter could not be stored: {reason}");
            definition.reporter.error(&what);
            return self.fail_all(&call, &fault.whole());
        }
        self.fold.clear();
        call.ack_all(&mut self.fold);
        self.parts.trackers.update(self.fold.updates());
        definition.reporter.metrics.dead_letters.add(1);
        // A deployment is judged by these.
        definition.reporter.counts.failed(1);
        let what = format!("a row became a dead letter: {}", fault.whole());
        definition.reporter.error(&what);
    }

    /// Fails the rows of a call whose changes of its state could not be stored.
    pub(super) fn fail_unstored(&self, work: &Work, fault: &Fault) {
        self.parts.definition.reporter.counts.rows(work.rows());
        let call = CallRows::new(0, work.lineage());
        self.fail_all(&call, &fault.whole());
    }

    /// Fails the rows that are left of a search when what is in flight is given up. None of
    /// them was found to be at fault, so none becomes a dead letter.
    pub(super) fn fail_abandoned(&self, search: &mut Search) {
        let left = search.give_up();
        if left.is_empty() {
            return;
        }
        let rows: usize = left.iter().map(Work::rows).sum();
        self.parts.definition.reporter.counts.rows(rows);
        let call = CallRows::new(0, Work::lineage_of_all(&left));
        match search.first.take() {
            None => self.fail_all(&call, "the topology is stopped before they were worked on"),
            Some(WrongCall { reason, .. }) => self.fail_all(
                &call,
                &format!(
                    "a call failed, and which row is at fault is not searched for any more, \
                     because the topology is stopped: {reason}"
                ),
            ),
        }
    }

    /// Says what went wrong with a call whose rows all went well in smaller ones.
    pub(super) fn tell_unexplained(&self, search: &mut Search) {
        let first = search.first.take().filter(|_| !search.found);
        let Some(WrongCall {
            rows,
            cost_instance,
            reason,
        }) = first
        else {
            return;
        };
        let lost = match cost_instance {
            true => " of a new instance, which has nothing of what the one before had in memory",
            false => "",
        };
        self.parts.definition.reporter.error(format_args!(
            "a call with {rows} rows failed, and all of them went well in smaller calls{lost}: \
             {reason}"
        ));
    }

    /// Fails all rows of a call for one reason, which is reported once.
    pub(super) fn fail_all(&self, call: &CallRows, reason: &str) {
        let rows = call.len();
        let mut roots = Vec::with_capacity(rows);
        for position in 0..rows {
            call.roots(position, |root| roots.push(root));
        }
        let reporter = &self.parts.definition.reporter;
        self.parts
            .trackers
            .fail_by_bolt(roots, &reporter.cause(reason));
        reporter.failed(rows);
        let what = if rows == 1 {
            "a row failed"
        } else {
            "the rows of a call failed"
        };
        reporter.error(format_args!("{what}: {reason}"));
    }

    /// Throws the instance away and makes another, unless the task is given up. The rows
    /// that the instance kept are known to nobody any more, so they fail. `costs`: the
    /// fault takes one from the budget.
    pub(super) async fn replace(&mut self, fault: &Fault, costs: bool) -> Result<(), RunError> {
        // Its memory is free before another takes as much.
        self.instance = None;
        self.size.anew();
        self.fail_kept(fault);
        self.parts.definition.reporter.counts.fault();
        let definition = &self.parts.definition;
        let spent = match costs {
            true => self.restarts.spend(definition, fault),
            false => Ok(()),
        };
        match spent {
            Ok(()) => self.renew().await,
            Err(error) => self.give_up(error),
        }
    }

    /// Makes an instance, unless the task is given up.
    pub(super) async fn renew(&mut self) -> Result<(), RunError> {
        let (definition, abandoned) = (&self.parts.definition, &self.parts.abandoned);
        match another(definition, &mut self.restarts, abandoned, instance).await {
            Ok(instance) => self.instance = Some(instance),
            Err(error) => self.give_up(error)?,
        }
        Ok(())
    }

    fn give_up(&self, error: RunError) -> Result<(), RunError> {
        let reason = self.restarts.quarantine(error)?;
        self.quarantine(reason);
        Ok(())
    }

    fn fail_kept(&mut self, fault: &Fault) {
        let kept = self.kept.len();
        if kept == 0 {
            return;
        }
        let roots: Vec<_> = self
            .kept
            .clear()
            .flat_map(|kept| kept.row.roots().collect::<Vec<_>>())
            .collect();
        let reporter = &self.parts.definition.reporter;
        let why = fault.whole();
        let cause = format!("it kept the row, and its instance ended: {why}");
        self.parts
            .trackers
            .fail_by_bolt(roots, &reporter.cause(&cause));
        reporter.failed(kept);
        reporter.error(format_args!(
            "{kept} rows that it kept failed, because its instance ended: {why}"
        ));
    }

    /// The task runs nothing any more, until its component is exchanged.
    fn quarantine(&self, reason: String) {
        let reporter = &self.parts.definition.reporter;
        reporter.error(format_args!("quarantined: {reason}"));
        reporter.metrics.quarantine(reporter.task, &reason);
        self.mailbox.load.set_out(true);
    }

    /// The task runs again.
    pub(super) fn release(&self) {
        let reporter = &self.parts.definition.reporter;
        reporter.metrics.release(reporter.task);
        self.mailbox.load.set_out(false);
    }

    /// Fails rows that came to a quarantined task.
    pub(super) fn refuse(&self, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            let rows = delivery.batch.rows();
            self.parts.definition.reporter.metrics.rows_in.add(rows);
            self.fail_quarantined(delivery.batch.lineage);
        }
    }

    pub(super) fn fail_quarantined(&self, lineage: Lineage) {
        let call = CallRows::new(0, lineage);
        self.fail_all(&call, "the task is quarantined");
    }
}
