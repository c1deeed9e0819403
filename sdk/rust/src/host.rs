//! The imports: calls of the host in a component, a record of them in a test.

#[cfg(target_arch = "wasm32")]
mod imports {
    use crate::bindings::common::stormcell::topology::{config, logging, metrics, state};
    use crate::log::Level;
    use crate::state::StateError;

    pub(crate) fn config_all() -> String {
        config::all()
    }

    pub(crate) fn config_get(key: &str) -> Option<String> {
        config::get(key)
    }

    pub(crate) fn log(level: Level, message: &str) {
        let level = match level {
            Level::Trace => logging::Level::Trace,
            Level::Debug => logging::Level::Debug,
            Level::Info => logging::Level::Info,
            Level::Warn => logging::Level::Warn,
            Level::Error => logging::Level::Error,
        };
        logging::log(level, message);
    }

    pub(crate) fn count(name: &str, increment: u32) {
        metrics::count(name, increment);
    }

    pub(crate) fn gauge(name: &str, value: f64) {
        metrics::gauge(name, value);
    }

    pub(crate) fn state_get(key: &str) -> Result<Option<Vec<u8>>, StateError> {
        Ok(state::get(key)?)
    }

    pub(crate) fn state_set(key: &str, value: &[u8]) -> Result<(), StateError> {
        Ok(state::set(key, value)?)
    }

    pub(crate) fn state_remove(key: &str) -> Result<(), StateError> {
        Ok(state::remove(key)?)
    }

    pub(crate) fn state_keys(
        prefix: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<Vec<String>, StateError> {
        Ok(state::keys(prefix, after, most)?)
    }

    impl From<state::Error> for StateError {
        fn from(error: state::Error) -> Self {
            let state::Error { code, message } = error;
            match code {
                state::ErrorCode::NotGranted => Self::NotGranted(message),
                state::ErrorCode::InvalidKey => Self::InvalidKey(message),
                state::ErrorCode::ValueTooLarge => Self::ValueTooLarge(message),
                state::ErrorCode::OverQuota => Self::OverQuota(message),
                state::ErrorCode::Failed => Self::Failed(message),
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod imports {
    use crate::log::Level;
    use crate::state::StateError;
    use crate::testing::surroundings;

    pub(crate) fn config_all() -> String {
        surroundings::with(|around| around.config.clone())
    }

    pub(crate) fn config_get(key: &str) -> Option<String> {
        surroundings::with(|around| around.config_value(key))
    }

    pub(crate) fn log(level: Level, message: &str) {
        surroundings::with(|around| around.log.push((level, message.to_owned())));
    }

    pub(crate) fn count(name: &str, increment: u32) {
        surroundings::with(|around| {
            *around.counters.entry(name.to_owned()).or_default() += u64::from(increment);
        });
    }

    pub(crate) fn gauge(name: &str, value: f64) {
        surroundings::with(|around| around.gauges.insert(name.to_owned(), value));
    }

    pub(crate) fn state_get(key: &str) -> Result<Option<Vec<u8>>, StateError> {
        surroundings::with(|around| around.state.get(key))
    }

    pub(crate) fn state_set(key: &str, value: &[u8]) -> Result<(), StateError> {
        surroundings::with(|around| around.state.set(key, value))
    }

    pub(crate) fn state_remove(key: &str) -> Result<(), StateError> {
        surroundings::with(|around| around.state.remove(key))
    }

    pub(crate) fn state_keys(
        prefix: &str,
        after: Option<&str>,
        most: u32,
    ) -> Result<Vec<String>, StateError> {
        surroundings::with(|around| around.state.keys(prefix, after, most))
    }
}

pub(crate) use imports::{
    config_all, config_get, count, gauge, log, state_get, state_keys, state_remove, state_set,
};
