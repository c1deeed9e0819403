//! What is measured, and in which unit.

use serde::Serialize;

/// Which way a quantity gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    More,
    /// Less is better.
    Less,
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Rows of the spout that were wholly processed, a second.
    Rate,
    /// CPU seconds of all processes for a million such rows.
    CpuPerMillion,
    /// The most memory that was resident at once in all processes, MiB.
    PeakMemory,
    /// Half of the rows took at most so long, µs.
    LatencyP50,
    /// 99 % of the rows took at most so long, µs.
    LatencyP99,
    /// 99.9 % of the rows took at most so long, µs.
    LatencyP999,
    /// The longest, µs.
    LatencyMax,
    /// From the start of the command until something was processed, ms.
    Start,
    /// Half of the pauses of a task that is swapped were at most so long, ms.
    PauseP50,
    /// 99 % of them, ms.
    PauseP99,
    /// The longest, ms.
    PauseMax,
    /// From a death until rows that were in flight are emitted again, ms.
    Replay,
    /// From a death until all rows that were in flight are acked, ms.
    Recovered,
    /// Rows that were acked but not processed, or neither acked nor failed in the end.
    Lost,
}

impl Quantity {
    /// Which way it gets better.
    pub fn better(self) -> Better {
        match self {
            Self::Rate => Better::More,
            _ => Better::Less,
        }
    }

    /// Its name and unit, as the head of a column.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rate => "rows/s",
            Self::CpuPerMillion => "CPU s/M",
            Self::PeakMemory => "MiB",
            Self::LatencyP50 => "p50 µs",
            Self::LatencyP99 => "p99 µs",
            Self::LatencyP999 => "p99.9 µs",
            Self::LatencyMax => "max µs",
            Self::Start => "start ms",
            Self::PauseP50 => "pause p50 ms",
            Self::PauseP99 => "pause p99 ms",
            Self::PauseMax => "pause max ms",
            Self::Replay => "replay ms",
            Self::Recovered => "recovered ms",
            Self::Lost => "lost rows",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Rate => "rows/s",
            Self::CpuPerMillion => "CPU s/M",
            Self::PeakMemory => "MiB",
            Self::LatencyP50 | Self::LatencyP99 | Self::LatencyP999 | Self::LatencyMax => "µs",
            Self::Start | Self::PauseP50 | Self::PauseP99 | Self::PauseMax => "ms",
            Self::Replay | Self::Recovered => "ms",
            Self::Lost => "rows",
        }
    }
}
