//! A worker process: the links, what it knows of others, the rows it holds, and
//! the ledger of its spout. It does what the runtime does around the ledger.

use super::network::Names;
use super::subject::{Mutation, Subject};
use super::{SPOUTS, WORKERS};
use stormcell_acking::{
    Branch, Inbound, Incarnations, Input, Outbound, RootId, SpoutIndex, Touched, Update,
    WorkerIncarnation,
};

/// A row that a bolt of the worker has been given.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) task: usize,
    pub(crate) row: u64,
    pub(crate) depth: u8,
    pub(crate) input: Input<Vec<Branch>>,
    /// The workers to which its children were sent.
    pub(crate) names: Names,
}

/// What a ledger is still to be told.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) root: RootId,
    pub(crate) xor: u64,
    pub(crate) names: Names,
}

/// One incarnation of a worker.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) me: WorkerIncarnation,
    pub(crate) alive: bool,
    pub(crate) outbound: Vec<Outbound>,
    pub(crate) inbound: Vec<Inbound>,
    pub(crate) incarnations: Incarnations,
    /// The latest incarnation of each worker that it has heard of.
    pub(crate) latest: Vec<u32>,
    /// Up to which incarnation of each worker it has heard of the death.
    pub(crate) dead: Vec<u32>,
    pub(crate) held: Vec<Held>,
    pub(crate) inits: Vec<Sent>,
    pub(crate) ledger: Option<Subject>,
}

impl Worker {
    pub(crate) fn start(me: WorkerIncarnation, mutation: Mutation) -> Self {
        let index = SpoutIndex::new(me.worker).ok();
        let index = index.filter(|index| (index.get() as usize) < SPOUTS);
        Self {
            me,
            alive: true,
            outbound: vec![Outbound::new(me.number); WORKERS],
            inbound: vec![Inbound::new(); WORKERS],
            incarnations: Incarnations::new(),
            latest: vec![1; WORKERS],
            dead: vec![0; WORKERS],
            held: Vec::new(),
            inits: Vec::new(),
            ledger: index.map(|index| Subject::new(index, me.number, mutation)),
        }
    }

    /// Whether this worker knows that one to be dead.
    pub(crate) fn knows_dead(&self, other: WorkerIncarnation) -> bool {
        let worker = other.worker as usize;
        if other.worker == self.me.worker {
            return other.number < self.me.number;
        }
        other.number < self.latest[worker] || other.number <= self.dead[worker]
    }

    /// The incarnation of another worker to which it believes to send.
    pub(crate) fn believed(&self, worker: usize) -> WorkerIncarnation {
        let number = match worker == self.me.worker as usize {
            true => self.me.number,
            false => self.latest[worker],
        };
        WorkerIncarnation {
            worker: worker as u32,
            number,
        }
    }

    /// It hears from or of an incarnation that is there.
    pub(crate) fn hear_of(&mut self, other: WorkerIncarnation) -> Touched {
        if other.worker == self.me.worker {
            return match self.knows_dead(other) {
                true => Touched::DEAD,
                false => Touched::NONE,
            };
        }
        let worker = other.worker as usize;
        self.latest[worker] = self.latest[worker].max(other.number);
        let joined = self.incarnations.join(other);
        self.inbound[worker].died(self.latest[worker] - 1);
        self.fail_trees(joined.replaced);
        joined.bit
    }

    /// It hears of a death. Returns the bits that are freed with that.
    pub(crate) fn hear_of_death(&mut self, other: WorkerIncarnation) -> Touched {
        let worker = other.worker as usize;
        self.dead[worker] = self.dead[worker].max(other.number);
        self.inbound[worker].died(other.number);
        let bit = self.incarnations.died(other);
        self.fail_trees(bit);
        let Some(ledger) = &mut self.ledger else {
            return Touched::NONE;
        };
        let freed = self.incarnations.release(ledger.touched());
        ledger.reuse(freed);
        freed
    }

    fn fail_trees(&mut self, bit: Touched) {
        if let Some(ledger) = &mut self.ledger {
            ledger.worker_died(bit);
        }
    }

    /// The bits for the names in an update.
    pub(crate) fn resolve(&mut self, names: &Names) -> Touched {
        names
            .iter()
            .fold(Touched::NONE, |bits, name| bits.union(self.hear_of(*name)))
    }

    /// Tells the ledger what was sent.
    pub(crate) fn init(&mut self, sent: &Sent) {
        let touched = self.resolve(&sent.names);
        if let Some(ledger) = &mut self.ledger {
            ledger.init(Update::new(sent.root, sent.xor).touching(touched));
        }
    }
}
