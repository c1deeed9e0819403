//! Watching a running topology and stopping it.

use std::sync::{Arc, OnceLock};

use stormcell_protocol::{Ending, Report};
use tokio::sync::watch;

use crate::wiring::Wiring;

/// How a run is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// By itself.
    Nothing,
    /// Soon: what is in flight may settle.
    Stop,
    /// Now: what is in flight fails.
    Abandon,
}

/// A handle on a run: pass a clone to [`crate::run`] and keep one.
#[derive(Clone)]
pub struct Control {
    asked: watch::Sender<Asked>,
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
            asked: watch::Sender::new(Asked::Nothing),
            wiring: Arc::default(),
        }
    }

    /// Stops the topology: spouts emit no more, what is in flight gets the time of
    /// the message time-out to settle, then everything is closed, within a bounded time.
    pub fn stop(&self) {
        self.ask(Asked::Stop);
    }

    /// Stops the topology as [`Self::stop`] does, but what is in flight gets no time: it
    /// fails at once.
    pub fn abandon(&self) {
        self.ask(Asked::Abandon);
    }

    /// What the topology has done so far; `None` before its tasks are prepared.
    pub fn report(&self) -> Option<Report> {
        Some(self.wiring.get()?.report(Ending::Running))
    }

    /// Waits for [`Self::stop`] or [`Self::abandon`].
    pub(crate) async fn stopped(&self) {
        self.asked_for(Asked::Stop).await;
    }

    /// Waits for [`Self::abandon`].
    pub(crate) async fn abandoned(&self) {
        self.asked_for(Asked::Abandon).await;
    }

    /// What was asked for before is not taken back.
    fn ask(&self, what: Asked) {
        self.asked.send_modify(|asked| *asked = what.max(*asked));
    }

    async fn asked_for(&self, what: Asked) {
        let mut asked = self.asked.subscribe();
        // The sender lives as long as `self`.
        let _ = asked.wait_for(|asked| *asked >= what).await;
    }

    pub(crate) fn watch(&self, wiring: &Arc<Wiring>) {
        let _ = self.wiring.set(Arc::clone(wiring));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_asked_for_the_end_at_once_does_not_get_it_later() {
        let control = Control::new();
        let soon = Duration::from_secs(1);
        control.stop();
        timeout(soon, control.stopped()).await.expect("it stops");
        let abandoned = timeout(soon, control.abandoned()).await;
        abandoned.expect_err("it was only to stop");
        control.abandon();
        control.stop();
        let abandoned = timeout(soon, control.abandoned()).await;
        abandoned.expect("it was asked for before");
    }
}
