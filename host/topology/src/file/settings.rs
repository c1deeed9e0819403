//! `config`: settings of the whole topology.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{SpoutEntry, present};
use crate::model::SpoutSettings;
use crate::units::Period;

/// Settings of the whole topology.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Settings {
    /// Whether trees of rows are tracked, so that what is lost is replayed.
    /// Default: true.
    #[serde(default)]
    #[schemars(with = "bool")]
    pub(crate) acking: Option<bool>,
    /// After how long an incomplete tree fails. Default: 30s. null: never.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<Period>")]
    pub(crate) message_timeout: Option<Option<Period>>,
    /// How many rows of a spout task may be in flight. Default: 5000. null: no
    /// limit.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 4_294_967_295_u32))]
    pub(crate) max_pending: Option<Option<u32>>,
    /// How often the host emits a failed row again, for spouts that let it.
    /// Default: 10. Where it is written, it holds as well for rows that a spout with ids of
    /// its own emits again, if they fail by the same exception.
    #[serde(default)]
    #[schemars(with = "u32", range(max = 4_294_967_295_u32))]
    pub(crate) max_replays: Option<u32>,
    /// How often in a row the same exception may fail a row, in bolts without a clock, ticks,
    /// random numbers, HTTP, files and state, before the row is given up. Default: 3. null:
    /// that is no reason to give it up.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<u32>", range(min = 1, max = 4_294_967_295_u32))]
    pub(crate) same_exceptions: Option<Option<u32>>,
    /// Whether a row that its component cannot process is stored as a dead letter, and
    /// then counts as processed. If not, it fails. Default: true.
    #[serde(default)]
    #[schemars(with = "bool")]
    pub(crate) dead_letters: Option<bool>,
}

/// Whether trees are tracked where the file says nothing.
pub(crate) const ACKING: bool = true;
/// The message time-out where the file says nothing (as in Storm).
pub(crate) const MESSAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// The limit on pending rows where the file says nothing.
pub(crate) const MAX_PENDING: u32 = 5_000;
/// How often the host replays a row where the file says nothing.
pub(crate) const MAX_REPLAYS: u32 = 10;

/// How often the same exception may fail a row where that is certain and the file says nothing.
pub(crate) const SAME_EXCEPTIONS: u32 = 3;

/// Whether dead letters are stored where the file says nothing.
pub(crate) const DEAD_LETTERS: bool = true;

impl Settings {
    /// Whether dead letters are stored.
    pub(crate) fn dead_letters(&self) -> bool {
        self.dead_letters.unwrap_or(DEAD_LETTERS)
    }

    /// Whether trees are tracked.
    pub(crate) fn acking(&self) -> bool {
        self.acking.unwrap_or(ACKING)
    }

    /// The message time-out of spouts that set none of their own.
    pub(crate) fn message_timeout(&self) -> Option<Duration> {
        match self.message_timeout {
            None => Some(MESSAGE_TIMEOUT),
            Some(written) => written.map(Period::get),
        }
    }

    /// What holds for this spout.
    pub(crate) fn of_spout(&self, spout: &SpoutEntry) -> SpoutSettings {
        SpoutSettings {
            max_pending: spout
                .max_pending
                .or(self.max_pending)
                .unwrap_or(Some(MAX_PENDING)),
            max_replays: spout
                .max_replays
                .or(self.max_replays)
                .unwrap_or(MAX_REPLAYS),
            own_max_replays: spout.max_replays.or(self.max_replays),
            same_exceptions: spout
                .same_exceptions
                .or(self.same_exceptions)
                .unwrap_or(Some(SAME_EXCEPTIONS)),
            message_timeout: match spout.message_timeout {
                None => self.message_timeout(),
                Some(written) => written.map(Period::get),
            },
        }
    }
}
