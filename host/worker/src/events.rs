//! The events of the worker process itself, written to its log.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Layer};

use crate::LogOutput;

/// The environment variable that says which events are logged, in the syntax of
/// tracing's filters: `debug`, or `info,stormcell_links=trace`.
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
        let mut said = Said::default();
        event.record(&mut said);
        let level = match *event.metadata().level() {
            Level::TRACE => "trace",
            Level::DEBUG => "debug",
            Level::INFO => "info",
            Level::WARN => "warn",
            Level::ERROR => "error",
        };
        let text = said.message + &said.fields;
        self.0.write(said.component, said.task, level, text);
    }
}

/// The fields of an event.
#[derive(Default)]
struct Said {
    component: Option<String>,
    task: Option<u32>,
    message: String,
    /// The other fields: ` name=value` each.
    fields: String,
}

impl Said {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => self.message.write_fmt(value),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "component" => self.component = Some(value.to_owned()),
            _ => self.add(field, format_args!("{value}")),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match (field.name(), u32::try_from(value)) {
            ("task", Ok(task)) => self.task = Some(task),
            _ => self.add(field, format_args!("{value}")),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, format_args!("{value}"));
    }
}
