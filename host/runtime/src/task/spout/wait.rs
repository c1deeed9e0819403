//! Waiting: a spout that cannot emit sleeps until something changes, and says why.
//!
//! What keeps a spout from emitting is found once and then waited for. To look
//! twice would be to miss what changes between the two looks.

use std::time::Duration;

use stormcell_protocol::control::SpoutMode;
use tokio::time::{Instant, sleep_until};

use super::SpoutTask;
use crate::task::SpoutCommand;
use crate::task::failing::own;

/// What keeps a spout task from emitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// It is not to emit new rows.
    Mode(SpoutMode),
    /// The source has ended.
    Ended,
    /// The source had nothing, or an error: it is asked again at this time.
    Resting(Instant),
    /// As many rows are in flight as may be.
    MaxPending,
    /// A component farther down has enough to do.
    HeldBack,
    /// The pending rows of its component take nearly as much memory as they may.
    RowMemory,
}

/// How long a task waits before it looks again whether rows of other tasks of its component
/// have settled, which ring no bell of its own.
const LOOKS_AGAIN: Duration = Duration::from_millis(10);

impl SpoutTask {
    /// What keeps the task from emitting now; `None`: nothing.
    pub(super) fn hindrance(&self, now: Instant) -> Option<Hindrance> {
        let idle = self.mode == SpoutMode::Stopped || self.replays.is_empty();
        if self.mode != SpoutMode::Active && idle {
            Some(Hindrance::Mode(self.mode))
        } else if self.replays.is_empty() && self.ended {
            Some(Hindrance::Ended)
        } else if self.replays.is_empty() && self.rest_until > now {
            Some(Hindrance::Resting(self.rest_until))
        } else if self.replays.is_empty() && self.resting.len() >= own::MOST {
            // They are not in flight, and are in memory all the same.
            Some(Hindrance::MaxPending)
        } else if self.setup.tracker.lock().room() == 0 {
            Some(Hindrance::MaxPending)
        } else if self.setup.pacer.held_back_by().is_some() {
            Some(Hindrance::HeldBack)
        } else if self.replays.is_empty() && self.setup.account.is_nearly_full() {
            // Rows that are emitted again have their place already.
            Some(Hindrance::RowMemory)
        } else {
            None
        }
    }

    /// Waits until the hindrance may be gone, rows have settled or may time out, or
    /// a command comes.
    pub(super) async fn wait(&mut self, hindrance: Hindrance) -> Option<SpoutCommand> {
        let metrics = self.parts.definition.reporter.metrics.clone();
        metrics.waits(Some(self.reason(hindrance)));
        let far = Instant::now() + Duration::from_secs(3600);
        let wake = match hindrance {
            Hindrance::Resting(until) => until,
            Hindrance::RowMemory => Instant::now() + LOOKS_AGAIN,
            _ => far,
        };
        let wakes = [
            self.rotate_at,
            self.resting.first(),
            self.resting_ids.first(),
        ];
        let wake = wakes.into_iter().flatten().fold(wake, Instant::min);
        let command = tokio::select! {
            biased;
            command = self.setup.commands.recv() => command,
            () = self.setup.tracker.settled() => None,
            () = self.setup.pacer.ready(), if hindrance == Hindrance::HeldBack => None,
            () = sleep_until(wake) => None,
        };
        metrics.waits(None);
        command
    }

    /// A hindrance, for people.
    fn reason(&self, hindrance: Hindrance) -> String {
        match hindrance {
            Hindrance::Mode(SpoutMode::Inactive) => "inactive".to_owned(),
            Hindrance::Mode(SpoutMode::Paused) => "paused for a change".to_owned(),
            Hindrance::Mode(SpoutMode::Active | SpoutMode::Stopped) => "stopped".to_owned(),
            Hindrance::Ended if self.setup.replay_only => {
                "only dead letters are replayed".to_owned()
            }
            Hindrance::Ended if self.is_quarantined() => "quarantined".to_owned(),
            Hindrance::Ended if !self.resting.is_empty() || !self.resting_ids.is_empty() => {
                "failed rows rest before they are tried again".to_owned()
            }
            Hindrance::Ended => "source ended".to_owned(),
            Hindrance::Resting(_) => "source idle".to_owned(),
            Hindrance::MaxPending => "max-pending".to_owned(),
            Hindrance::RowMemory => "row-memory".to_owned(),
            Hindrance::HeldBack => match self.setup.pacer.held_back_by() {
                Some(component) => format!("backpressure by `{component}`"),
                None => "backpressure".to_owned(),
            },
        }
    }
}
