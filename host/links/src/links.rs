//! All connections of one worker.

use std::io;
use std::sync::Arc;

use stormcell_acking::WorkerIncarnation;
use tokio_util::task::AbortOnDropHandle;

use crate::members::Members;
use crate::receiving::accept;
use crate::{Address, Inbox, Link, Network};

/// What the links of a worker need.
#[derive(Clone)]
pub struct LinksConfig {
    /// The name by which workers of the topology find each other.
    pub topology: String,
    /// Which worker this is, and which run of it.
    pub me: WorkerIncarnation,
    /// What makes connections.
    pub network: Arc<dyn Network>,
    /// Where what comes in goes.
    pub inbox: Arc<dyn Inbox>,
}

/// The connections of one worker with the others of its topology. When it is dropped
/// they are cut, and nothing is sent or received any more.
pub struct Links {
    members: Arc<Members>,
    _listener: AbortOnDropHandle<()>,
}

/// What went over the connections with one incarnation, in numbered frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The other one.
    pub peer: WorkerIncarnation,
    /// Frames sent to it: given a number, whether they have arrived or not.
    pub sent: u64,
    /// Frames received from it and handed to the [`Inbox`].
    pub received: u64,
}

impl Links {
    /// Listens at the address of this worker. Connections run in the tokio runtime that
    /// this is called in.
    ///
    /// # Errors
    /// If the network cannot listen there.
    pub async fn start(config: LinksConfig) -> io::Result<Self> {
        let address = Address::Worker {
            topology: config.topology.clone(),
            worker: config.me,
        };
        let listener = config.network.listen(address).await?;
        let members = Arc::new(Members::new(config));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&members)));
        Ok(Self {
            members,
            _listener: AbortOnDropHandle::new(accepting),
        })
    }

    /// The incarnations that are alive, as the supervisor says. Of each worker that
    /// was listed before and is not now, or as a later incarnation, the incarnation
    /// that was known is dead. One that has connected and has never been listed stays:
    /// the list may be older than its connection. This worker itself may be listed.
    ///
    /// Calls [`Inbox::up`] and [`Inbox::died`], so it must not be called by them.
    pub fn peers(&self, alive: &[WorkerIncarnation]) {
        self.members.listed(alive);
    }

    /// The link to a worker, which need not be alive or even known.
    pub fn link(&self, worker: u32) -> Arc<Link> {
        self.members.link(worker)
    }

    /// What was sent to and received from each incarnation that is alive, by worker.
    /// An incarnation that is not listed has sent and received nothing, or is dead.
    pub fn counts(&self) -> Vec<Count> {
        self.members.counts()
    }

    /// How many rows wait because the worker that they are for is not alive.
    pub fn waiting_rows(&self) -> usize {
        self.members.waiting_rows()
    }
}

impl Drop for Links {
    fn drop(&mut self) {
        self.members.stop();
    }
}
