//! What goes into a call and what a call leaves behind, in the host's own types.
//!
//! These are valid in shape: columns fit their schema, lists are as long as they
//! must be, indexes of outputs exist. Whether a row handle is one that the task
//! holds is for the runtime to say.

use stormcell_batch::Columns;
use stormcell_topology::plain_text::Said;

/// Rows of one input, from one task (`batch`).
#[derive(Debug, Clone)]
pub struct InputBatch {
    /// Which input: an index into [`crate::TaskSpec::inputs`].
    pub input: u32,
    /// The task that emitted them.
    pub source_task: u32,
    /// The handle of the first row; row i has this plus i, modulo 2^32.
    pub first_row: u32,
    /// The values. At least one row.
    pub columns: Columns,
}

/// What a call of a bolt leaves behind (`outcome`).
#[derive(Debug, Clone)]
pub struct BoltOutcome {
    /// What it emits, in order.
    pub emissions: Vec<Emission>,
    /// Which rows of the call it keeps.
    pub kept: Kept,
    /// Handles of rows that it acks now.
    pub acked: Vec<u32>,
    /// Rows that it fails now.
    pub failed: Vec<FailedRow>,
    /// Handles of kept rows whose time-out starts again.
    pub extended: Vec<u32>,
}

/// Rows that a bolt emits on one of its streams (`emission`).
#[derive(Debug, Clone)]
pub struct Emission {
    /// Which stream: an index into [`crate::TaskSpec::outputs`].
    pub output: u32,
    /// The values.
    pub columns: Columns,
    /// What the rows are anchored to.
    pub anchors: Anchors,
    /// The receiving task; there if and only if the stream is direct.
    pub direct_task: Option<u32>,
}

/// The rows that emitted rows are anchored to, by handle (`anchors`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchors {
    /// No row is anchored.
    None,
    /// One handle a row.
    Each(Vec<u32>),
    /// Any number of handles a row.
    Lists {
        /// Row i has the handles from `offsets[i]` up to `offsets[i + 1]`. One more
        /// than there are rows, ascending, from 0 to the length of `handles`.
        offsets: Vec<u32>,
        /// The handles of all rows, end to end.
        handles: Vec<u32>,
    },
}

/// Which rows of a call its bolt keeps for later (`kept`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// None.
    None,
    /// All but those named as acked or failed.
    All,
    /// These handles.
    These(Vec<u32>),
}

/// A row that a bolt fails (`failed-row`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedRow {
    /// Its handle.
    pub row: u32,
    /// Why, for people.
    pub reason: Said,
}

/// What a call of a spout leaves behind (`spout-outcome`).
#[derive(Debug, Clone)]
pub struct SpoutOutcome {
    /// What it emits, in order.
    pub emissions: Vec<SpoutEmission>,
    /// Whether the source has ended.
    pub ended: bool,
    /// If nothing was emitted: how many milliseconds the host may wait before it
    /// asks again. At most 1,000.
    pub idle_ms: u32,
}

/// Rows that a spout emits on one of its streams (`spout-emission`).
#[derive(Debug, Clone)]
pub struct SpoutEmission {
    /// Which stream: an index into [`crate::TaskSpec::outputs`].
    pub output: u32,
    /// The values.
    pub columns: Columns,
    /// How they are tracked.
    pub tracking: Tracking,
    /// The receiving task; there if and only if the stream is direct.
    pub direct_task: Option<u32>,
}

/// How the rows of a spout are tracked (`tracking`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tracking {
    /// Not at all.
    None,
    /// By ids of the spout's own choosing, one a row.
    Ids(Vec<u64>),
    /// By the host, which emits failed rows again.
    ReplayedByHost,
}

/// The targets that each row goes to (`choice`), as indexes into
/// [`crate::GroupingSpec::targets`]. All are in range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// One target a row.
    Each(Vec<u32>),
    /// Any number of targets a row, no target twice in a row.
    Lists {
        /// Row i has the targets from `offsets[i]` up to `offsets[i + 1]`. One more
        /// than there are rows, ascending, from 0 to the length of `targets`.
        offsets: Vec<u32>,
        /// The targets of all rows, end to end.
        targets: Vec<u32>,
    },
}
