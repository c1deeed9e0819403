//! `restart`: how often a task may be given a new instance.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::{Restart, WhenSpent};
use crate::units::Period;

/// How many faults each of its tasks may have before it is given up.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RestartEntry {
    /// How many faults a task may have within the window. Default: 100.
    #[serde(default)]
    #[schemars(with = "u32", range(max = 10_000))]
    pub(crate) budget: Option<u32>,
    /// For how long a fault counts. Default: 1m.
    #[serde(default)]
    #[schemars(with = "Period")]
    pub(crate) window: Option<Period>,
    /// What becomes of a task with more faults. Default: quarantine.
    #[serde(default)]
    #[schemars(with = "WhenSpent")]
    pub(crate) then: Option<WhenSpent>,
}

impl RestartEntry {
    /// What holds, defaults filled in.
    pub(crate) fn restart(&self) -> Restart {
        let default = Restart::default();
        Restart {
            budget: self.budget.unwrap_or(default.budget),
            window: self.window.map_or(default.window, Period::get),
            then: self.then.unwrap_or(default.then),
        }
    }
}
