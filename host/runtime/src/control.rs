//! Watching a running topology and stopping it.

use std::sync::{Arc, OnceLock};

use stormcell_protocol::{Ending, Report};
use tokio::sync::watch;

use crate::wiring::Wiring;

/// A handle on a run: pass a clone to [`crate::run`] and keep one.
#[derive(Clone)]
pub struct Control {
    stop: watch::Sender<bool>,
    wiring: Arc<OnceLock<Arc<Wiring>>>,
}

impl Default for Control {
    fn default() -> Self {
        Self::new()
    }
}

impl Control {
    /// A handle for one run.
    pub fn new() -> Self {
        Self {
            stop: watch::Sender::new(false),
            wiring: Arc::default(),
        }
    }

    /// Stops the topology: spouts emit no more, what is in flight gets the time of
    /// the message time-out to settle, then everything is closed.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// What the topology has done so far; `None` before its tasks are prepared.
    pub fn report(&self) -> Option<Report> {
        Some(self.wiring.get()?.report(Ending::Running))
    }

    /// Waits for [`Self::stop`].
    pub(crate) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives as long as `self`.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    pub(crate) fn watch(&self, wiring: &Arc<Wiring>) {
        let _ = self.wiring.set(Arc::clone(wiring));
    }
}
