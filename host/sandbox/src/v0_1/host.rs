//! What a component may import of the host: configuration, logging, metrics.

use stormcell_bindings::v0_1::Every;
use wasmtime::component::{HasSelf, Linker};

use super::wit::{config, logging, metrics, types};
use crate::LogLevel;
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
        self.log(level, &message);
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

impl types::Host for State {}
