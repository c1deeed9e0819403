//! What stands in for the imports: the configuration, the log, the metrics and the state of
//! a test.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::state::State;
use crate::log::Level;

/// The imports of a component, for one thread.
pub(crate) struct Surroundings {
    pub(crate) config: String,
    pub(crate) log: Vec<(Level, String)>,
    pub(crate) counters: BTreeMap<String, u64>,
    pub(crate) gauges: BTreeMap<String, f64>,
    pub(crate) state: State,
}

impl Surroundings {
    pub(crate) fn config_value(&self, key: &str) -> Option<String> {
        let config: serde_json::Value = serde_json::from_str(&self.config).ok()?;
        Some(config.get(key)?.to_string())
    }
}

thread_local! {
    static SURROUNDINGS: RefCell<Surroundings> = const {
        RefCell::new(Surroundings {
            config: String::new(),
            log: Vec::new(),
            counters: BTreeMap::new(),
            gauges: BTreeMap::new(),
            state: State::new(),
        })
    };
}

pub(crate) fn with<R>(call: impl FnOnce(&mut Surroundings) -> R) -> R {
    SURROUNDINGS.with_borrow_mut(call)
}

pub(crate) fn configure(config: &str) {
    with(|around| config.clone_into(&mut around.config));
}

/// Takes the lines that components have logged in this thread.
pub fn take_log() -> Vec<(Level, String)> {
    with(|around| std::mem::take(&mut around.log))
}

/// What components have counted in this thread under a name.
pub fn counter(name: &str) -> u64 {
    with(|around| around.counters.get(name).copied().unwrap_or_default())
}

/// The gauge that a component has set in this thread.
pub fn gauge(name: &str) -> Option<f64> {
    with(|around| around.gauges.get(name).copied())
}
