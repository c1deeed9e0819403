//! Waiting: a spout that cannot emit sleeps until something changes, and says why.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{SpoutCommand, SpoutTask};

impl SpoutTask {
    /// Waits for whatever may change that.
    pub(super) async fn wait(&mut self) -> Option<SpoutCommand> {
        self.waits(true);
        let command = self.wait_for_change().await;
        self.waits(false);
        command
    }

    /// Says why no rows are emitted, for people.
    fn waits(&self, waits: bool) {
        let metrics = &self.parts.definition.reporter.metrics;
        if !waits {
            return metrics.waits(None);
        }
        let reason = if self.stopped {
            "stopped".to_owned()
        } else if let Some(component) = self.setup.pacer.held_back_by() {
            format!("backpressure by `{component}`")
        } else if self.setup.tracker.lock().room() == 0 {
            "max-pending".to_owned()
        } else if self.ended && self.replays.is_empty() {
            "source ended".to_owned()
        } else {
            "source idle".to_owned()
        };
        metrics.waits(Some(reason));
    }

    async fn wait_for_change(&mut self) -> Option<SpoutCommand> {
        let now = Instant::now();
        let far = now + Duration::from_secs(3600);
        let wants_to_emit = !self.stopped && (!self.replays.is_empty() || !self.ended);
        let resting = wants_to_emit && self.rest_until > now && self.replays.is_empty();
        let held_back = wants_to_emit && self.setup.pacer.held_back_by().is_some();
        let rest = if resting { self.rest_until } else { far };
        let rotate = self.rotate_at.unwrap_or(far);
        tokio::select! {
            command = self.setup.commands.recv() => command,
            () = self.setup.tracker.settled() => None,
            () = self.setup.pacer.ready(), if held_back => None,
            () = sleep_until(rest), if resting => None,
            () = sleep_until(rotate) => None,
        }
    }
}
