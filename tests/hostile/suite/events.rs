//! What libraries log while attacks are made, and nobody's name is on.

use std::sync::{Mutex, Once};

use stormcell_logging::Fields;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Layer};

use crate::neighbours::are_measured;

/// What whoever runs the suite asks for: everything that libraries say which work for
/// components. It is not what is measured.
const ASKED: &str = "wasmtime_wasi=trace,wasmtime_wasi_http=trace,hyper=debug,tokio_rustls=debug";

static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps what comes out of the host's own log and is of a library.
struct Heard;

impl<S: Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let text = Fields::of(event, 1 << 10).text();
        let target = event.metadata().target();
        HEARD.lock().unwrap().push(format!("{target}: {text}"));
    }
}

/// From now on libraries are heard, as the processes of stormcell hear them.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let asked = if are_measured() { "" } else { ASKED };
        stormcell_logging::start(EnvFilter::new(format!("off,{asked}")), asked, Heard);
    });
    HEARD.lock().unwrap().clear();
}

/// What libraries have logged that bears no name.
pub(crate) fn heard() -> Vec<String> {
    HEARD.lock().unwrap().clone()
}
