//! What really happened, as nobody in a running system knows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use stormcell_acking::{FailReason, Outcome, RootId, WorkerIncarnation};

/// How an attempt to process a row ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// The ledger said so.
    Settled(Outcome),
    /// The ledger died with its process.
    Abandoned,
}

/// One attempt to process one row of a source: one root.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    pub(crate) spout: usize,
    pub(crate) row: usize,
    /// The rows of its tree that were sent and never fully processed.
    pub(crate) unprocessed: BTreeSet<u64>,
    /// A message of its tree was lost, or a process that it touched died.
    pub(crate) lost_something: bool,
    /// The ledger has been told what the spout sent.
    pub(crate) init: bool,
    /// The ledger has been told that a bolt failed it.
    pub(crate) fail_arrived: bool,
    /// The spout instance has crashed since.
    pub(crate) instance_crashed: bool,
    /// Timeouts that have passed since it was opened, initialized or extended.
    pub(crate) timeouts: u32,
    /// The worker incarnations of which the ledger has been told.
    pub(crate) touched: BTreeSet<WorkerIncarnation>,
    pub(crate) end: Option<End>,
}

/// The source of a spout: it outlives its worker, and hands out again what was
/// not acked.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) rows: usize,
    pub(crate) to_replay: VecDeque<usize>,
    pub(crate) done: BTreeSet<usize>,
}

/// All attempts and all sources.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    pub(crate) attempts: BTreeMap<RootId, Attempt>,
    pub(crate) sources: Vec<Source>,
}

impl Truth {
    /// The attempt, if it has not ended.
    pub(crate) fn open(&mut self, root: RootId) -> Option<&mut Attempt> {
        let attempt = self.attempts.get_mut(&root);
        attempt.filter(|attempt| attempt.end.is_none())
    }

    /// All attempts of a spout that have not ended.
    pub(crate) fn open_of(&mut self, spout: usize) -> impl Iterator<Item = &mut Attempt> {
        let attempts = self.attempts.values_mut();
        attempts.filter(move |attempt| attempt.spout == spout && attempt.end.is_none())
    }

    pub(crate) fn lose(&mut self, roots: impl IntoIterator<Item = RootId>) {
        for root in roots {
            if let Some(attempt) = self.attempts.get_mut(&root) {
                attempt.lost_something = true;
            }
        }
    }

    /// A row of these trees was fully processed.
    pub(crate) fn processed(&mut self, roots: impl IntoIterator<Item = RootId>, row: u64) {
        for root in roots {
            if let Some(attempt) = self.attempts.get_mut(&root) {
                attempt.unprocessed.remove(&row);
            }
        }
    }

    /// The row to emit next, and whether it is emitted again.
    pub(crate) fn next_row(&mut self, spout: usize) -> usize {
        let source = &mut self.sources[spout];
        source.to_replay.pop_front().unwrap_or_else(|| {
            source.rows += 1;
            source.rows - 1
        })
    }

    /// The process of a spout has died, and its ledger with it.
    pub(crate) fn abandon(&mut self, spout: usize) {
        let mut rows = Vec::new();
        for attempt in self.open_of(spout) {
            attempt.end = Some(End::Abandoned);
            rows.push(attempt.row);
        }
        self.sources[spout].to_replay.extend(rows);
    }

    /// The ledger says how an attempt ended. Returns the attempt as it was.
    pub(crate) fn settle(&mut self, root: RootId, outcome: Outcome) -> Option<Attempt> {
        let attempt = self.attempts.get_mut(&root)?;
        let before = attempt.clone();
        attempt.end = Some(End::Settled(outcome));
        let source = &mut self.sources[before.spout];
        match outcome {
            Outcome::Acked => {
                source.done.insert(before.row);
            }
            Outcome::Failed(_) if before.end.is_none() => source.to_replay.push_back(before.row),
            Outcome::Failed(_) => {}
        }
        Some(before)
    }
}

/// Whether something happened for which an attempt may fail with this reason.
pub(crate) fn has_cause(
    attempt: &Attempt,
    reason: FailReason,
    is_dead: impl Fn(WorkerIncarnation) -> bool,
) -> bool {
    match reason {
        FailReason::TimedOut => attempt.timeouts == 2,
        FailReason::FailedByBolt => attempt.fail_arrived,
        FailReason::WorkerDied => attempt.touched.iter().any(|worker| is_dead(*worker)),
        FailReason::SpoutRestarted => attempt.instance_crashed,
        _ => false,
    }
}
