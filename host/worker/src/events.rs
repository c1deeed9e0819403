//! The events of the worker process itself, written to its log.

use std::sync::Arc;

use stormcell_logging::Fields;
use stormcell_topology::plain_text::ERROR;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Layer};

use crate::LogOutput;

/// The environment variable that says which events are logged, in the syntax of
/// tracing's filters: `debug`, or `info,stormcell_links=trace`. Libraries are heard only
/// if it names them, or gives a level for all events.
pub const LOG_VARIABLE: &str = "STORMCELL_LOG";

/// What is logged if nothing is asked for.
const DEFAULT: &str = "info";

/// What [`LOG_VARIABLE`] asks for; what it does not mention is logged from `info` on.
///
/// # Errors
/// If it cannot be read: why, for people.
pub(crate) fn filter(directives: &str) -> Result<EnvFilter, String> {
    // The lossy parser prints, which must not be relied on in a process without a
    // standard error.
    EnvFilter::builder()
        .parse(format!("{DEFAULT},{directives}"))
        .map_err(|error| format!("{LOG_VARIABLE}={directives} is ignored: {error}"))
}

/// What is logged if nothing is asked for.
pub(crate) fn default_filter() -> EnvFilter {
    EnvFilter::new(DEFAULT)
}

/// Writes events to the log of a worker. An event with the fields `component` and
/// `task` becomes a line of that task.
pub(crate) struct Events(pub(crate) Arc<LogOutput>);

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Fields::of(event, ERROR);
        let level = match *event.metadata().level() {
            Level::TRACE => "trace",
            Level::DEBUG => "debug",
            Level::INFO => "info",
            Level::WARN => "warn",
            Level::ERROR => "error",
        };
        let (component, task) = (said.component.take(), said.task);
        self.0.write(component, task, level, said.text());
    }
}
