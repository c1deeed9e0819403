//! Events of libraries: only those that were asked for, by whose they are, and not too many.

use std::fmt;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use stormcell_sandbox::{LogLevel, log_of_library};
use stormcell_topology::plain_text::{LOG_LINE, LOG_LINE_COST};
use tracing::metadata::Metadata;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;

use crate::{COMPONENT, Fields};

/// Bytes a second of what libraries log while no component is called, of a whole process.
pub const A_SECOND: usize = 64 << 10;

/// Lets events of libraries through that were asked for, and keeps their number down. What
/// is of a task goes to its log, and not to the output of the process.
#[derive(Debug)]
pub struct Libraries {
    asked: Targets,
    of_nobody: Mutex<OfNobody>,
}

/// What was logged in this second for no task.
#[derive(Debug, Default)]
struct OfNobody {
    second: Option<Instant>,
    bytes: usize,
    dropped: u64,
}

impl OfNobody {
    /// If a line with a text of so many bytes may be logged now: the number of lines that were
    /// dropped before it and not reported yet. `None`: it may not.
    fn admit(&mut self, text: usize, now: Instant) -> Option<u64> {
        let bytes = text.saturating_add(LOG_LINE_COST);
        let is_over =
            |start: Instant| now.saturating_duration_since(start) >= Duration::from_secs(1);
        if self.second.is_none_or(is_over) {
            self.second = Some(now);
            self.bytes = 0;
        }
        if self.bytes + bytes > A_SECOND {
            self.dropped = self.dropped.saturating_add(1);
            return None;
        }
        self.bytes += bytes;
        Some(std::mem::take(&mut self.dropped))
    }
}

impl Libraries {
    pub(crate) fn new(asked: Targets) -> Self {
        Self {
            asked,
            of_nobody: Mutex::default(),
        }
    }

    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let asked = || self.asked.would_enable(metadata.target(), metadata.level());
        is_own(metadata.target()) || metadata.is_event() && asked()
    }
}

/// Whether events of this target are stormcell's own, which name whom they are about.
fn is_own(target: &str) -> bool {
    target == COMPONENT || target.starts_with("stormcell")
}

impl<S: Subscriber> Layer<S> for Libraries {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match self.wants(metadata) {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if is_own(metadata.target()) {
            return true;
        }
        if log_of_library(level(metadata.level()), &Line(event)) {
            return false;
        }
        let bytes = Fields::of(event, LOG_LINE).text().len();
        let admitted = self.of_nobody.lock().admit(bytes, Instant::now());
        if let Some(dropped @ 1..) = admitted {
            tracing::warn!(
                "{dropped} lines of libraries were dropped: more than {A_SECOND} bytes a second"
            );
        }
        admitted.is_some()
    }
}

/// An event of a library as a line of a task: the name of the library, and what it says.
struct Line<'a>(&'a Event<'a>);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::of(self.0, LOG_LINE).text();
        write!(f, "{}: {fields}", self.0.metadata().target())
    }
}

fn level(level: &Level) -> LogLevel {
    match *level {
        Level::TRACE => LogLevel::Trace,
        Level::DEBUG => LogLevel::Debug,
        Level::INFO => LogLevel::Info,
        Level::WARN => LogLevel::Warn,
        Level::ERROR => LogLevel::Error,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tracing_subscriber::filter::EnvFilter;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::targets;

    /// Keeps what events say.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Kept {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let text = Fields::of(event, LOG_LINE).text();
            let target = event.metadata().target();
            self.0.lock().push(format!("{target}: {text}"));
        }
    }

    /// What comes out when this is logged with these filters.
    fn logged(filter: &str, asked: &str, log: impl FnOnce()) -> Vec<String> {
        let kept = Kept::default();
        let subscriber = tracing_subscriber::registry()
            .with(Libraries::new(targets(asked)))
            .with(EnvFilter::new(filter))
            .with(kept.clone());
        tracing::subscriber::with_default(subscriber, log);
        std::mem::take(&mut *kept.0.lock())
    }

    #[test]
    fn libraries_are_silent_unless_they_are_asked_for() {
        let log = || {
            tracing::warn!(target: "wasmtime_wasi_http::p2", "of a library");
            tracing::warn!(target: "stormcell_runtime", "of the host");
            tracing::warn!(target: "component", "of a component");
        };
        let own = [
            "stormcell_runtime: of the host",
            "component: of a component",
        ];
        assert_eq!(logged("warn", "", log), own);
        assert_eq!(logged("warn", "stormcell=trace", log), own);
        assert_eq!(logged("warn", "wasmtime_wasi_http", log).len(), 3);
        assert_eq!(logged("error", "wasmtime_wasi_http", log).len(), 0);
    }

    #[test]
    fn spans_of_libraries_are_never_there() {
        logged("trace", "trace", || {
            let span = tracing::error_span!(target: "wasmtime_wasi", "a call");
            assert!(span.is_disabled());
            let span = tracing::error_span!(target: "stormcell_cli", "a call");
            assert!(!span.is_disabled());
        });
    }

    #[test]
    fn a_flood_is_cut_off_and_counted() {
        let lines = logged("warn", "warn", || {
            let long = "x".repeat(1 << 20);
            for _ in 0..100 {
                tracing::warn!(target: "hyper", "{long}");
            }
        });
        let bytes: usize = lines.iter().map(String::len).sum();
        // On a machine that takes seconds for it there is more than one second's worth.
        assert!(lines.len() < 100, "{}", lines.len());
        assert!(bytes < 100 * (LOG_LINE + 100), "{bytes} bytes");
    }

    #[test]
    fn a_second_has_so_many_bytes_and_what_is_dropped_is_said_once() {
        let start = Instant::now();
        let mut of_nobody = OfNobody::default();
        assert_eq!(of_nobody.admit(A_SECOND - LOG_LINE_COST, start), Some(0));
        assert_eq!(of_nobody.admit(1, start), None);
        let almost = start + Duration::from_millis(999);
        assert_eq!(of_nobody.admit(1, almost), None);
        let next = start + Duration::from_secs(1);
        assert_eq!(of_nobody.admit(1, next), Some(2));
        assert_eq!(of_nobody.admit(1, next), Some(0));
    }

    #[test]
    fn lines_without_a_byte_are_counted() {
        let (mut of_nobody, now) = (OfNobody::default(), Instant::now());
        let admitted = (0..10_000).filter(|_| of_nobody.admit(0, now).is_some());
        assert_eq!(admitted.count(), A_SECOND / LOG_LINE_COST);
    }
}
