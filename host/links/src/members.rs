//! Which incarnations of the other workers are alive.
//!
//! Three may tell: the supervisor (its list), an incarnation itself (its first frame),
//! and an address at which nobody listens any more. Of each worker the latest
//! incarnation counts. It is up once and dies once, and what its death means is done
//! under one lock, in order.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use stormcell_acking::WorkerIncarnation;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use crate::codec::Hello;
use crate::outgoing::Outgoing;
use crate::sending::{report, send_to};
use crate::source::Source;
use crate::{Address, Count, Inbox, Link, LinksConfig, Network, Stream};

/// The other workers.
pub(crate) struct Members {
    topology: String,
    me: WorkerIncarnation,
    network: Arc<dyn Network>,
    pub(crate) inbox: Arc<dyn Inbox>,
    /// Where connections run.
    runtime: Handle,
    links: Mutex<BTreeMap<u32, Arc<Link>>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    workers: BTreeMap<u32, Member>,
    /// Nobody comes up any more.
    stopped: bool,
}

/// The latest incarnation of a worker.
struct Member {
    number: u32,
    /// `None`: it is dead.
    alive: Option<Alive>,
}

struct Alive {
    /// Whether the supervisor has listed it. Until then a list without it may be older
    /// than its connection.
    listed: bool,
    outgoing: Arc<Outgoing>,
    source: Arc<Source>,
    /// Sends to it.
    _sender: AbortOnDropHandle<()>,
}

impl Members {
    /// Nobody known yet. Connections run where this is called.
    pub(crate) fn new(config: LinksConfig) -> Self {
        Self {
            topology: config.topology,
            me: config.me,
            network: config.network,
            inbox: config.inbox,
            runtime: Handle::current(),
            links: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// The link to a worker.
    pub(crate) fn link(&self, worker: u32) -> Arc<Link> {
        let mut links = self.links.lock();
        let link = links
            .entry(worker)
            .or_insert_with(|| Arc::new(Link::new(worker)));
        Arc::clone(link)
    }

    /// The supervisor's list.
    pub(crate) fn listed(self: &Arc<Self>, alive: &[WorkerIncarnation]) {
        let mut known = self.known.lock();
        // Of one worker the latest counts, should it come twice.
        let mut latest: BTreeMap<u32, u32> = BTreeMap::new();
        for peer in alive.iter().filter(|peer| peer.worker != self.me.worker) {
            let number = latest.entry(peer.worker).or_default();
            *number = peer.number.max(*number);
        }
        let missing = known.workers.iter().filter_map(|(&worker, member)| {
            let alive = member.alive.as_ref()?;
            let number = member.number;
            (alive.listed && !latest.contains_key(&worker))
                .then_some(WorkerIncarnation { worker, number })
        });
        for peer in missing.collect::<Vec<_>>() {
            self.bury(&mut known, peer);
        }
        for (worker, number) in latest {
            self.raise(&mut known, WorkerIncarnation { worker, number });
            if let Some(member) = known.workers.get_mut(&worker)
                && member.number == number
                && let Some(alive) = &mut member.alive
            {
                alive.listed = true;
            }
        }
    }

    /// Another worker has connected. Returns where what it sends goes, or why it is
    /// refused.
    pub(crate) fn greeted(self: &Arc<Self>, hello: &Hello) -> Result<Arc<Source>, String> {
        let Hello { topology, from, to } = hello;
        if *topology != self.topology || *to != self.me || from.worker == self.me.worker {
            return Err(format!(
                "worker {} (incarnation {}) of topology {topology} looked for worker {} \
                 (incarnation {}), but this is worker {} (incarnation {}) of topology {}",
                from.worker,
                from.number,
                to.worker,
                to.number,
                self.me.worker,
                self.me.number,
                self.topology
            ));
        }
        let mut known = self.known.lock();
        self.raise(&mut known, *from);
        match known.workers.get(&from.worker) {
            Some(Member {
                number,
                alive: Some(alive),
            }) if *number == from.number => Ok(Arc::clone(&alive.source)),
            _ => Err(format!(
                "incarnation {} of worker {} is known to be dead",
                from.number, from.worker
            )),
        }
    }

    /// An incarnation is dead for certain.
    pub(crate) fn died(&self, peer: WorkerIncarnation) {
        self.bury(&mut self.known.lock(), peer);
    }

    /// Connects to an incarnation.
    pub(crate) async fn connect(&self, peer: WorkerIncarnation) -> io::Result<Box<dyn Stream>> {
        let address = Address::Worker {
            topology: self.topology.clone(),
            worker: peer,
        };
        self.network.connect(address).await
    }

    /// What to say to an incarnation first.
    pub(crate) fn hello(&self, to: WorkerIncarnation) -> Hello {
        Hello {
            topology: self.topology.clone(),
            from: self.me,
            to,
        }
    }

    /// What went over the connections with each incarnation that is alive.
    pub(crate) fn counts(&self) -> Vec<Count> {
        let known = self.known.lock();
        let alive = known.workers.values().filter_map(|m| m.alive.as_ref());
        alive
            .map(|alive| Count {
                peer: alive.outgoing.peer,
                sent: alive.outgoing.sent(),
                received: alive.source.received(),
            })
            .collect()
    }

    /// How many rows wait because their worker is not alive.
    pub(crate) fn waiting_rows(&self) -> usize {
        let links = self.links.lock();
        links.values().map(|link| link.waiting_rows()).sum()
    }

    /// Nothing is sent any more, and nothing received.
    pub(crate) fn stop(&self) {
        let mut known = self.known.lock();
        known.stopped = true;
        for member in known.workers.values_mut() {
            if let Some(alive) = member.alive.take() {
                alive.source.died();
                alive.outgoing.close();
            }
        }
        for link in self.links.lock().values() {
            link.stop();
        }
    }

    /// An incarnation is there, unless it or a later one is known.
    fn raise(self: &Arc<Self>, known: &mut Known, peer: WorkerIncarnation) {
        let WorkerIncarnation { worker, number } = peer;
        if known.stopped {
            return;
        }
        if let Some(member) = known.workers.get(&worker) {
            if member.number >= number {
                return;
            }
            let number = member.number;
            self.bury(known, WorkerIncarnation { worker, number });
        }
        let bit = self.inbox.up(peer);
        let outgoing = Arc::new(Outgoing::new(self.me.number, peer, bit));
        self.link(worker).up(&outgoing, &*self.inbox);
        let sender = send_to(Arc::clone(&outgoing), Arc::clone(self));
        let sender = AbortOnDropHandle::new(self.runtime.spawn(sender));
        let alive = Some(Alive {
            listed: false,
            outgoing,
            source: Arc::new(Source::new(peer)),
            _sender: sender,
        });
        known.workers.insert(worker, Member { number, alive });
    }

    /// An incarnation is dead, unless that is known.
    fn bury(&self, known: &mut Known, peer: WorkerIncarnation) {
        let member = known.workers.get_mut(&peer.worker);
        let Some(member) = member.filter(|member| member.number == peer.number) else {
            return;
        };
        let Some(alive) = member.alive.take() else {
            return;
        };
        self.link(peer.worker).down();
        let gone = alive.outgoing.close();
        alive.source.died();
        self.inbox.died(peer);
        report(&*self.inbox, gone);
    }
}
