//! Pure: the life of one submitted topology.
//!
//! Skeleton of the public interface.
#![forbid(unsafe_code)]

mod event;

use std::sync::Arc;
use std::time::Duration;

use stormcell_protocol::api;
use stormcell_protocol::record::Record;
use stormcell_topology::Topology;

pub use event::{Action, Answer, Command, Event, Now};

/// How long a worker may be silent before it is ended: nothing heard of it, no
/// heartbeat, and no news of its end.
pub const HEARTBEAT_LIMIT: Duration = Duration::from_secs(5);

/// The life of one topology.
#[derive(Debug)]
pub struct Coordinator {
    record: Record,
}

impl Coordinator {
    /// A topology that was just submitted (its record is stored), or one that an
    /// earlier supervisor left (`adopted`: its workers may be alive). What is to be
    /// done first is said at the first [`Event::Tick`].
    pub fn new(record: Record, _topology: Arc<Topology>, _adopted: bool, _now: Now) -> Self {
        Self { record }
    }

    /// Takes note of an event and says what is to be done.
    pub fn handle(&mut self, _now: Now, _event: Event) -> Vec<Action> {
        Vec::new()
    }

    /// How it is.
    pub fn detail(&self, _now: Now) -> api::TopologyDetail {
        unreachable!("a skeleton")
    }

    /// The line of `list`.
    pub fn summary(&self) -> api::TopologySummary {
        unreachable!("a skeleton")
    }

    /// What is stored of it, once every [`Action::Store`] so far is done.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The topology with the descriptions of what its components run.
    pub fn topology(&self) -> &Arc<Topology> {
        unreachable!("a skeleton")
    }
}
