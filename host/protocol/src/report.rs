//! The report of a run: what each component did, and the whole.
//!
//! All counts are exact: every row is counted, none is sampled. The same values
//! are shown while a topology runs and at its end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stormcell_topology::ComponentKind;
use utoipa::ToSchema;

use crate::api::ranges::{Name, TaskNumber};

/// How a run ended, or that it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It still runs.
    Running,
    /// Every spout ended and every tree was complete.
    Finished,
    /// Somebody stopped it.
    Stopped,
}

/// What a topology did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The name of the topology.
    #[schema(value_type = Name)]
    pub topology: String,
    /// How it ended.
    pub ending: Ending,
    /// Seconds from the first call of a spout to the last settled row, or to now.
    pub elapsed_seconds: f64,
    /// Rows that all tasks were given, a second: the work done, as Storm's
    /// "executed" summed over all components.
    pub rows_per_second: f64,
    /// Rows that spouts emitted for the first time, a second.
    pub spout_rows_per_second: f64,
    /// The spout rows.
    pub trees: TreeReport,
    /// The dead letters that somebody asked to be processed once more. Their rows are not
    /// among those of spouts.
    #[serde(default)]
    pub replayed_letters: ReplayedLetters,
    /// The components, in the order of the flow: spouts first.
    pub components: Vec<ComponentReport>,
}

/// What became of the rows that spouts emitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TreeReport {
    /// Rows emitted by spouts for the first time.
    pub emitted: u64,
    /// Of these, rows that are tracked: sooner or later each is acked or fails, unless the
    /// process of its spout ends before.
    #[serde(default)]
    pub tracked: u64,
    /// Rows whose whole tree was processed, in whichever attempt.
    pub acked: u64,
    /// Rows that failed for good: told to a spout that tracks its rows itself, or
    /// given up after `max-replays`.
    pub failed: u64,
    /// Of these, failures of rows of a spout with ids of its own that emitted them again, under
    /// the same ids, and had them acked: no row is missing.
    #[serde(default)]
    pub emitted_again: u64,
    /// Rows emitted again by the host after they had failed.
    pub replayed: u64,
    /// Attempts that failed because they were not complete in time.
    pub timed_out: u64,
    /// Rows in flight.
    pub pending: u64,
    /// Rows that the fault switch dropped on their way.
    pub dropped_by_fault: u64,
    /// Tracked rows that were neither acked nor failed, by its last report, when the process
    /// of their spout ended. What became of them is not known: of a process that was killed,
    /// some may have been acked after that report. When nothing is in flight, `acked`, `failed`
    /// and these are together `tracked`.
    #[serde(default)]
    pub unsettled: u64,
    /// Processes of workers that ended without a last report, since they were killed or
    /// ended by themselves. What they did after the report before is in no count, so that
    /// all counts are at least what they say. 0: they are exact.
    #[serde(default)]
    pub cut_off: u64,
}

/// What became of dead letters that were given to their tasks once more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayedLetters {
    /// Those whose rows were processed: they are removed.
    pub processed: u64,
    /// Those whose rows failed again or could not be given to a task: they stay, and say why.
    pub in_vain: u64,
}

impl ReplayedLetters {
    /// How many they are.
    pub fn all(&self) -> u64 {
        self.processed.saturating_add(self.in_vain)
    }

    /// These, unless they are none.
    pub fn if_any(self) -> Option<Self> {
        (self.all() > 0).then_some(self)
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.processed = self.processed.saturating_add(other.processed);
        self.in_vain = self.in_vain.saturating_add(other.in_vain);
    }
}

/// What the tasks of one component did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComponentReport {
    /// Its id.
    #[schema(value_type = Name)]
    pub id: String,
    /// `spout` or `bolt`.
    #[schema(value_type = String)]
    pub kind: ComponentKind,
    /// How many tasks it has.
    pub tasks: u32,
    /// Rows given to its tasks (none for a spout).
    #[serde(rename = "in")]
    pub rows_in: u64,
    /// Rows emitted by its tasks, each counted once however many tasks got it.
    pub out: u64,
    /// A bolt's rows that it acked; a spout's rows whose trees are complete.
    pub acked: u64,
    /// A bolt's rows that it failed; a spout's rows that failed for good.
    pub failed: u64,
    /// A spout's rows that the host emitted again.
    pub replayed: u64,
    /// A running spout that does not emit: why. One of its tasks' reasons.
    pub waiting: Option<String>,
    /// Rows that wait for its tasks now.
    pub queued: u64,
    /// Percent of the time that its tasks spent in calls, averaged over them.
    pub busy_percent: f64,
    /// How many calls were made into its tasks.
    pub calls: u64,
    /// The median duration of a call, in microseconds.
    pub call_p50_us: f64,
    /// The duration under which 99 % of the calls stayed, in microseconds.
    pub call_p99_us: f64,
    /// How often an instance was thrown away and another made.
    pub restarts: u64,
    /// Its tasks that are quarantined, so that they run nothing any more: they had more faults
    /// than `restart` allows, or had not closed when the time for that was over.
    #[serde(default)]
    pub quarantined: Vec<QuarantinedTask>,
    /// Rows that were stored as dead letters. They count as acked in their trees.
    #[serde(default)]
    pub dead_letters: u64,
    /// Calls without rows (a tick, the end of a task) that failed: what they would have emitted
    /// is lost.
    #[serde(default)]
    pub failed_calls: u64,
    /// Rows for its tasks that were refused, because its rows took as much memory as they
    /// may. Their trees failed; rows in no tree were dropped.
    #[serde(default)]
    pub refused: u64,
    /// The component's own counters and gauges, summed over its tasks.
    pub metrics: BTreeMap<String, f64>,
    /// Its last errors, one of each kind, the newest last.
    pub errors: Vec<ErrorReport>,
}

/// A task that runs nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuarantinedTask {
    /// Its id.
    #[schema(value_type = TaskNumber)]
    pub task: u32,
    /// Why: the budget that it spent, its last fault and the frames of the guest.
    pub reason: String,
}

mod error;
mod merge;

pub use error::ErrorReport;
