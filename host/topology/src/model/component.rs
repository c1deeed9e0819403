//! A spout or a bolt of a topology.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Clock, Grants, Limits, Random, Restart};
use crate::description::Description;

/// The most tasks that one spout or bolt may have. Fewer than there are key groups
/// (16,384), so that every task of a `fields` grouping gets keys.
pub const MAX_PARALLELISM: u32 = 10_000;

/// Whether a component is a spout or a bolt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    /// A source of rows.
    Spout,
    /// It takes rows and emits rows.
    Bolt,
}

impl fmt::Display for ComponentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spout => "spout",
            Self::Bolt => "bolt",
        })
    }
}

/// What holds for a spout only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpoutSettings {
    /// How many rows of a task may be in flight: emitted with tracking and not
    /// yet acked or failed. `None`: no limit. (Storm: topology.max.spout.pending.)
    pub max_pending: Option<u32>,
    /// How many times the host emits a failed row again that it replays for the
    /// spout.
    pub max_replays: u32,
    /// How many failures of one kind in a row a row may have that the spout emits again
    /// itself, under the same id: more, and it is given up. `None`: the file does not say, and
    /// such a row may fail as often as its spout likes.
    pub own_max_replays: Option<u32>,
    /// How often in a row the same exception may fail a row in bolts that do the same each
    /// time ([`Topology::repeatable_bolts`](crate::Topology::repeatable_bolts)), before the row
    /// is given up, whoever emits it again. `None`: that is no reason.
    pub same_exceptions: Option<u32>,
    /// After how long a row whose tree is not complete fails: between once and
    /// twice this time. (Storm: topology.message.timeout.secs.) `None`: never;
    /// then `max_pending` is `None` as well.
    pub message_timeout: Option<Duration>,
}

impl Component {
    /// Whether it sees nothing that may differ from one time to the next but the rows that it
    /// is given: no clock, no ticks, no random numbers, nothing outside, nothing that it kept.
    pub fn sees_rows_only(&self) -> bool {
        let Grants {
            files,
            clock,
            random,
            http,
            state,
            // The same for as long as the topology runs, and what is only written.
            env: _,
            stdout: _,
        } = &self.grants;
        files.is_empty()
            && *clock == Clock::Virtual
            && *random == Random::Seeded
            && http.is_none()
            && state.is_none()
            && self.tick.is_none()
    }
}

/// A spout or a bolt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    /// Its id, unique in the topology.
    pub id: String,
    /// Whether it is a spout or a bolt.
    pub kind: ComponentKind,
    /// Its .wasm file or source folder as written in the topology file: if
    /// relative, then to the folder of that file.
    pub path: String,
    /// How many tasks it has when it is submitted: 1 to [`MAX_PARALLELISM`].
    pub parallelism: u32,
    /// Its configuration, checked against its schema.
    pub config: Map<String, Value>,
    /// What it may reach outside its own memory.
    pub grants: Grants,
    /// What a task of it may use.
    pub limits: Limits,
    /// How many faults a task of it may have before it is given up.
    pub restart: Restart,
    /// `Some` for a spout.
    pub spout: Option<SpoutSettings>,
    /// How often each task of a bolt is ticked; `None`: never.
    pub tick: Option<Duration>,
    /// What it said of itself.
    pub description: Arc<Description>,
}
