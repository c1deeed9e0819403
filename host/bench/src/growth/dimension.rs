//! What grows, and how far.

use serde::Serialize;

/// What grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The bytes of the text of a tuple, through the acked identity chain.
    TupleSize,
    /// The rows of one call of a bolt that returns its rows, called directly.
    BatchSize,
    /// The tasks of the bolt in the middle of the acked identity chain.
    Tasks,
    /// The distinct keys that two tasks count, which are grouped by fields.
    Keys,
    /// The spout rows of the acked identity chain that may be in flight.
    InFlight,
}

impl Dimension {
    /// All of them, in the order of tables.
    pub fn all() -> [Self; 5] {
        [
            Self::TupleSize,
            Self::BatchSize,
            Self::Tasks,
            Self::Keys,
            Self::InFlight,
        ]
    }

    /// What it is, for the heads of tables.
    pub fn about(self) -> &'static str {
        match self {
            Self::TupleSize => "bytes of a tuple",
            Self::BatchSize => "rows of a call",
            Self::Tasks => "tasks of the bolt in the middle",
            Self::Keys => "distinct keys, counted by 2 tasks",
            Self::InFlight => "trees that may be in flight",
        }
    }

    /// Its sizes, powers of ten; only the first ones if figures have only to be plausible.
    pub fn sizes(self, quick: bool) -> Vec<u64> {
        let (smallest, largest) = match self {
            // A text may have a mebibyte.
            Self::TupleSize => (1, 6),
            Self::BatchSize => (0, 4),
            Self::Tasks => (0, 4),
            Self::Keys => (1, 7),
            Self::InFlight => (1, 6),
        };
        let largest = if quick { smallest + 2 } else { largest };
        (smallest..=largest)
            .map(|power| 10_u64.pow(power))
            .collect()
    }
}
