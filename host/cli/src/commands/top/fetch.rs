//! Asking the supervisor once a second.

use std::time::Instant;

use stormcell_protocol::api::{TopologyDetail, TopologySummary};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::EVERY;
use crate::client::{Client, ClientError};

/// What the supervisor said at one moment.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    /// When.
    pub(super) at: Instant,
    /// Every topology.
    pub(super) topologies: Vec<TopologySummary>,
    /// The one that is looked at.
    pub(super) detail: Option<TopologyDetail>,
}

impl Snapshot {
    /// Asks for all topologies, and for one in detail.
    pub(super) async fn take(client: &Client, name: Option<&str>) -> Result<Self, ClientError> {
        let topologies = client.list().await?;
        let detail = match name {
            Some(name) => Some(client.show(name).await?),
            None => None,
        };
        Ok(Self {
            at: Instant::now(),
            topologies,
            detail,
        })
    }
}

/// A snapshot, with the name that was looked at for it.
pub(super) struct Taken {
    /// Which topology was to be looked at.
    pub(super) name: Option<String>,
    /// What came of it.
    pub(super) result: Result<Snapshot, ClientError>,
}

/// Snapshots as they come.
pub(super) struct Snapshots {
    taken: mpsc::Receiver<Taken>,
    wanted: watch::Sender<Option<String>>,
}

impl Snapshots {
    /// The next one.
    pub(super) async fn next(&mut self) -> Option<Taken> {
        self.taken.recv().await
    }

    /// Looks at this topology from now on, at once.
    pub(super) fn look_at(&self, name: Option<String>) {
        self.wanted.send_replace(name);
    }
}

/// Begins to ask, until nobody wants to know.
pub(super) fn start(client: Client, name: Option<String>) -> Snapshots {
    let (sender, taken) = mpsc::channel(1);
    let (wanted, mut wants) = watch::channel(name);
    tokio::spawn(async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                changed = wants.changed() => if changed.is_err() { return },
            }
            let name = wants.borrow_and_update().clone();
            let result = Snapshot::take(&client, name.as_deref()).await;
            if sender.send(Taken { name, result }).await.is_err() {
                return;
            }
        }
    });
    Snapshots { taken, wanted }
}
