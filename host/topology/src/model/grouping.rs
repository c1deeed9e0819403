//! How the rows of a stream are divided among the tasks of a subscriber.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Limits;
use crate::description::Description;

/// A custom grouping: a component that chooses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomGrouping {
    /// Its .wasm file or source folder as written in the topology file.
    pub path: String,
    /// Its configuration, checked against its schema.
    pub config: Map<String, Value>,
    /// What an instance of it may use: each task that emits the stream has one.
    pub limits: Limits,
    /// What it said of itself.
    pub description: Arc<Description>,
}

/// A grouping, its fields resolved to positions in the schema of the stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum GroupingSpec {
    /// Evenly.
    Shuffle,
    /// By the values of these fields (at least one): equal values, same task.
    Fields {
        /// Positions in the schema of the stream, as the file lists them.
        fields: Vec<usize>,
    },
    /// As fields, but two tasks share each key, the less loaded first.
    PartialKey {
        /// Positions in the schema of the stream, as the file lists them.
        fields: Vec<usize>,
    },
    /// Every task gets every row.
    All,
    /// The task with the lowest id gets every row.
    Global,
    /// Shuffle over the tasks in the emitter's own worker if there are any.
    LocalOrShuffle,
    /// The user does not care (Storm: at random).
    None,
    /// The emitter names the task.
    Direct,
    /// A component chooses.
    Custom(Box<CustomGrouping>),
}

impl GroupingSpec {
    /// Its name in topology files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Shuffle => "shuffle",
            Self::Fields { .. } => "fields",
            Self::PartialKey { .. } => "partial-key",
            Self::All => "all",
            Self::Global => "global",
            Self::LocalOrShuffle => "local-or-shuffle",
            Self::None => "none",
            Self::Direct => "direct",
            Self::Custom(_) => "custom",
        }
    }
}
