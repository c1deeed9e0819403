//! How often a task may be given a new instance, and what becomes of it then.

use std::ops::RangeInclusive;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of a task whose budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenSpent {
    /// It is quarantined: it runs nothing any more, and its topology goes on.
    #[default]
    Quarantine,
    /// Its topology stops with an error.
    Stop,
}

/// How many faults a task may have before it is given up.
///
/// A fault counts no more when it is older than the window and a call has gone well
/// since. So a task that faults whatever it is given is given up however slowly it
/// faults. The calls that it takes to find the one row at fault in a call count as one
/// fault; each further row of that call that is found counts as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Restart {
    /// How many faults it may have. Default 100.
    pub budget: u32,
    /// For how long a fault counts. Default 1 min.
    pub window: Duration,
    /// What becomes of it after one fault more. Default: quarantine.
    pub then: WhenSpent,
}

impl Restart {
    /// What `budget` may be set to: none to 10,000.
    pub const BUDGET: RangeInclusive<u32> = 0..=10_000;
    /// What `window` may be set to: 1 ms to 7 days.
    pub const WINDOW: RangeInclusive<Duration> =
        Duration::from_millis(1)..=Duration::from_secs(7 * 86_400);
}

impl Default for Restart {
    fn default() -> Self {
        Self {
            budget: 100,
            window: Duration::from_secs(60),
            then: WhenSpent::Quarantine,
        }
    }
}
