//! How the processes of stormcell log: `run`, `serve` and workers set it up by [`start`].
//!
//! An event is one of stormcell itself, by its target, or one of a library. What libraries
//! log, they log mostly because a component made them, and as often as it likes. Invariants:
//!
//! - a library is silent unless whoever started the process names it, or asks for all events
//!   of a level, and its spans are never there: they would cost each call;
//! - what a library logs while a component is called is a line of that task: it bears its
//!   name and is within `limits.log-bytes` ([`stormcell_sandbox::log_of_library`]);
//! - what it logs at other times (on threads of its own, say) is within [`A_SECOND`] bytes
//!   for the whole process;
//! - what was dropped is counted, and said;
//! - no line is made that is longer than what is kept of it.
//!
//! Libraries that log by the crate `log` are never heard: nothing takes that.

mod fields;
mod libraries;

use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::layer::{Layered, SubscriberExt as _};
use tracing_subscriber::{Layer, Registry};

pub use fields::Fields;
pub use libraries::{A_SECOND, Libraries};

/// The target of events that are lines which a component logs.
pub const COMPONENT: &str = "component";

/// What events that are wanted are handed on to.
pub type Wanted = Layered<EnvFilter, Layered<Libraries, Registry>>;

/// Has the events of this process that the filter lets through go to this output.
/// `asked`: what whoever started the process asks for, in the syntax of tracing's filters;
/// no library is heard without it.
///
/// Does nothing if a program that has this one inside it has set a subscriber of its own.
pub fn start(filter: EnvFilter, asked: &str, output: impl Layer<Wanted> + Send + Sync) {
    let subscriber = tracing_subscriber::registry()
        .with(Libraries::new(targets(asked)))
        .with(filter)
        .with(output);
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The targets and levels of some directives. Those that are about spans or fields are none
/// of libraries.
fn targets(directives: &str) -> Targets {
    let valid: Vec<&str> = directives
        .split(',')
        .map(str::trim)
        .filter(|directive| !directive.is_empty() && directive.parse::<Targets>().is_ok())
        .collect();
    match valid.is_empty() {
        true => Targets::new(),
        false => valid.join(",").parse().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_library_is_heard_if_it_is_asked_for() {
        for (asked, heard) in [
            ("", false),
            (",,", false),
            ("stormcell=trace", false),
            ("[a{b=c}]=trace", false),
            ("hyper=warn", false),
            ("wasmtime_wasi_http=error", false),
            ("wasmtime_wasi_http=warn", true),
            ("wasmtime_wasi_http", true),
            ("stormcell_links=trace, wasmtime=debug", true),
            ("info,wasmtime=off", false),
            ("info", true),
        ] {
            let targets = targets(asked);
            let would = targets.would_enable("wasmtime_wasi_http::p2::error", &Level::WARN);
            assert_eq!(would, heard, "{asked:?}");
        }
    }
}
