//! Looking at a topology again and again until something has come about.

use std::time::Duration;

use stormcell_protocol::api::TopologyDetail;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::client::{Client, ClientError};
use crate::status_line::StatusLine;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(200);
/// How long a supervisor may be away, for instance to be started again.
const AWAY: Duration = Duration::from_secs(60);

/// A topology that is looked at.
pub(super) struct Polled<'a> {
    client: &'a Client,
    name: &'a str,
    ticks: Interval,
    line: StatusLine,
    line_due: bool,
    away_since: Option<Instant>,
}

impl<'a> Polled<'a> {
    /// Looks at this topology, first at once.
    pub(super) fn new(client: &'a Client, name: &'a str, line: StatusLine) -> Self {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            client,
            name,
            ticks,
            line,
            line_due: false,
            away_since: None,
        }
    }

    /// How it is, after a short while. A supervisor that is away is waited for.
    ///
    /// # Errors
    /// What the supervisor says, that it has been away for too long, or Ctrl-C. May be
    /// called again after that.
    pub(super) async fn next(&mut self) -> Result<TopologyDetail, ClientError> {
        loop {
            tokio::select! {
                _ = self.ticks.tick() => {}
                () = self.line.due() => {
                    self.line_due = true;
                    continue;
                }
            }
            match self.client.show(self.name).await {
                Err(error) if error.is_passing() => {
                    let since = *self.away_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > AWAY {
                        return Err(error);
                    }
                    self.show(|| "waiting for the supervisor".to_owned());
                }
                result => {
                    self.away_since = None;
                    return result;
                }
            }
        }
    }

    /// Shows how far it is, if it is time to.
    pub(super) fn show(&mut self, text: impl FnOnce() -> String) {
        if std::mem::take(&mut self.line_due) {
            self.line.show(&text());
        }
    }
}
