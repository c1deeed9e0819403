//! What becomes of a root: acked, or failed for a reason.

use crate::Roots;
use std::fmt;

/// Why a root failed. The words of a bolt's author (an error message, a
/// traceback) are kept by the caller; this is what the ledger knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum FailReason {
    /// Its tree was not complete within the message timeout.
    TimedOut,
    /// A bolt failed a row of its tree, or such a row made its bolt trap.
    FailedByBolt,
    /// A worker process that its tree had touched died.
    WorkerDied,
    /// The spout instance that emitted it was thrown away.
    SpoutRestarted,
    /// A row of its tree was refused: rows of the component that it was for took as much
    /// memory as they may.
    Overload,
    /// The topology was stopped while it was pending.
    Stopped,
}

/// A few words for people, as in "3 rows failed: timed out".
impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut => "timed out",
            Self::FailedByBolt => "failed by a bolt",
            Self::WorkerDied => "a worker died",
            Self::SpoutRestarted => "the spout was restarted",
            Self::Overload => "rows of its tree were refused (limits.row-memory)",
            Self::Stopped => "the topology was stopped",
        })
    }
}

/// How a root ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// Every row of its tree was acked.
    Acked,
    /// It is to be replayed, or given up.
    Failed(FailReason),
}

/// Consecutive roots that have ended in the same way. Each root that was opened ends
/// exactly once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settled {
    /// Which roots.
    pub roots: Roots,
    /// How they ended.
    pub outcome: Outcome,
}
