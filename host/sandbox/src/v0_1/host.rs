//! What a component may import of the host: configuration, logging, metrics, state.

use stormcell_bindings::v0_1::Every;
use wasmtime::component::{HasSelf, Linker};

use super::wit::{config, logging, metrics, state, types};
use crate::LogLevel;
use crate::kept::Refused;
use crate::state::State;

/// Adds the interfaces of this version to a linker.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    Every::add_to_linker::<_, HasSelf<State>>(linker, |state| state)
}

impl config::Host for State {
    fn all(&mut self) -> String {
        self.config_text()
    }

    fn get(&mut self, key: String) -> Option<String> {
        self.config_value(&key)
    }
}

impl logging::Host for State {
    fn log(&mut self, level: logging::Level, message: String) {
        let level = match level {
            logging::Level::Trace => LogLevel::Trace,
            logging::Level::Debug => LogLevel::Debug,
            logging::Level::Info => LogLevel::Info,
            logging::Level::Warn => LogLevel::Warn,
            logging::Level::Error => LogLevel::Error,
        };
        self.log.log(level, &message);
    }
}

impl metrics::Host for State {
    fn count(&mut self, name: String, increment: u32) {
        self.count(&name, increment);
    }

    fn gauge(&mut self, name: String, value: f64) {
        self.gauge(&name, value);
    }
}

impl state::Host for State {
    fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, state::Error> {
        Ok(self.kept.get(&key)?)
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), state::Error> {
        Ok(self.kept.set(key, value)?)
    }

    fn remove(&mut self, key: String) -> Result<(), state::Error> {
        Ok(self.kept.remove(key)?)
    }

    fn keys(
        &mut self,
        prefix: String,
        after: Option<String>,
        most: u32,
    ) -> Result<Vec<String>, state::Error> {
        Ok(self.kept.keys(&prefix, after.as_deref(), most)?)
    }
}

impl From<Refused> for state::Error {
    fn from(refused: Refused) -> Self {
        use state::ErrorCode;
        let (code, message) = match refused {
            Refused::NotGranted(why) => (ErrorCode::NotGranted, why.to_owned()),
            Refused::InvalidKey(why) => (ErrorCode::InvalidKey, why),
            Refused::ValueTooLarge(why) => (ErrorCode::ValueTooLarge, why),
            Refused::OverQuota(why) => (ErrorCode::OverQuota, why),
            Refused::Failed(why) => (ErrorCode::Failed, why),
        };
        Self { code, message }
    }
}

impl types::Host for State {}
