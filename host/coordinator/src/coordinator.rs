//! The coordinator: what it knows, and how an event becomes actions.
//!
//! An event is first noted. Then the present state is compared with what is wanted, and
//! what is missing is done: [`Coordinator::keep_up`] for each worker, and the operation
//! that is going on for the whole. Both look at the state and not at the event, so it
//! does not matter in which order things happen, or whether a supervisor has just
//! started and finds everything half done.

use std::collections::BTreeMap;
use std::sync::Arc;

use stormcell_protocol::api::WorkerState;
use stormcell_protocol::control::SpoutMode;
use stormcell_protocol::record::{self, Desired, Record};
use stormcell_topology::Topology;

use crate::limits::STANDSTILL;
use crate::operation::Operation;
use crate::requests::{Asking, Requests};
use crate::worker::Worker;
use crate::{Action, Event, Now};

/// The life of one topology.
#[derive(Debug)]
pub struct Coordinator {
    pub(crate) record: Record,
    pub(crate) topology: Arc<Topology>,
    /// Bytes that the tasks of one worker may be promised.
    pub(crate) worker_memory: u64,
    /// Those of the plan, and those that are leaving.
    pub(crate) workers: BTreeMap<u32, Worker>,
    pub(crate) requests: Requests,
    pub(crate) operation: Operation,
    /// Whether all workers have worked by the present plan at the same time, so that
    /// spouts may emit. It stays so when one of them dies.
    pub(crate) whole: bool,
    /// The record was changed when it was read, and is to be stored before anything.
    pub(crate) unstored: bool,
    pub(crate) now: Now,
    pub(crate) out: Vec<Action>,
}

impl Coordinator {
    /// A topology that was just submitted (its record is stored), or one that an
    /// earlier supervisor left (`adopted`: its workers may be alive). What is to be
    /// done first is said at the first event.
    pub fn new(record: Record, topology: Arc<Topology>, adopted: bool, now: Now) -> Self {
        let state = match record.desired {
            _ if adopted => WorkerState::Unknown,
            Desired::Finished => WorkerState::Down,
            _ => WorkerState::BackingOff,
        };
        let workers = (0..record.plan.workers())
            .map(|id| (id, Worker::new(id, state, now.mono)))
            .collect();
        let mut new = Self {
            record,
            topology,
            worker_memory: u64::MAX,
            workers,
            requests: Requests::default(),
            operation: Operation::None,
            whole: false,
            unstored: false,
            now,
            out: Vec::new(),
        };
        new.operation = new.left_behind();
        new
    }

    /// Refuses plans with a worker whose tasks may use more than so many bytes together.
    /// Without this, nothing is refused for that.
    #[must_use]
    pub fn with_worker_memory(mut self, bytes: u64) -> Self {
        self.worker_memory = bytes;
        self
    }

    /// The operation that an earlier supervisor left, by what it stored of it.
    fn left_behind(&mut self) -> Operation {
        match (self.record.desired, self.record.closing) {
            (Desired::Finished, _) => Operation::None,
            (Desired::Killed, _) => self.resume_kill(),
            (_, Some(record::Closing::Finished)) => self.resume_finish(),
            (_, Some(record::Closing::Replanned)) => self.resume_rebalance(),
            (_, None) => self.resume_deploy(),
        }
    }

    /// Takes note of an event and says what is to be done.
    pub fn handle(&mut self, now: Now, event: Event) -> Vec<Action> {
        let gap = now.mono.saturating_sub(self.now.mono);
        if gap > STANDSTILL {
            // Nothing could be heard in that time, whoever spoke.
            for worker in self.workers.values_mut() {
                worker.heard += gap;
            }
        }
        self.now = now;
        if self.unstored {
            self.store();
        }
        self.note(event);
        // Ends by itself, since each round does something that is then done. The limit
        // makes a mistake in that a delay, until the next event, and not a standstill.
        for _ in 0..100 {
            let done = self.out.len();
            self.keep_up();
            let changed = self.advance();
            if self.out.len() == done && !changed {
                break;
            }
        }
        self.requests.clear();
        std::mem::take(&mut self.out)
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Tick => {}
            Event::Command(id, command) => self.command(id, command),
            Event::Connected(hello) => self.connected(&hello),
            Event::Disconnected(worker) => self.disconnected(worker),
            Event::Said(worker, message) => self.said(worker, message),
            Event::Exited(worker, why) => self.exited(worker, why),
            Event::NotStarted(worker, why) => {
                self.exited(worker, format!("could not be started: {why}"));
            }
        }
    }

    /// What is stored of it, once every [`Action::Store`] so far is done.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The topology with the descriptions of what its components run. If a supervisor
    /// starts while a deployment is on trial, with those that it was started with, until
    /// the next deployment.
    pub fn topology(&self) -> &Arc<Topology> {
        &self.topology
    }

    /// Stores the record as it is now, before what is done next.
    pub(crate) fn store(&mut self) {
        self.unstored = false;
        self.out.push(Action::Store(Box::new(self.record.clone())));
    }

    pub(crate) fn log(&mut self, level: &'static str, text: impl Into<String>) {
        self.out.push(Action::Log(level, text.into()));
    }

    pub(crate) fn is_planned(&self, worker: u32) -> bool {
        worker < self.record.plan.workers()
    }

    /// The workers of the plan.
    pub(crate) fn planned(&self) -> impl Iterator<Item = &Worker> {
        self.workers
            .values()
            .filter(|worker| self.is_planned(worker.id))
    }

    /// Whether every worker works by the present plan.
    pub(crate) fn all_up(&self) -> bool {
        self.planned().all(Worker::is_up)
    }

    /// Whether every worker is connected and has been told that its spouts are paused.
    pub(crate) fn all_told(&self, spouts: SpoutMode) -> bool {
        self.planned()
            .all(|worker| worker.connected && worker.told.spouts == Some(spouts))
    }

    /// The workers that have tasks, to be asked something.
    pub(crate) fn asking(&self) -> Vec<Asking> {
        self.planned()
            .filter(|worker| worker.serves() && worker.generation > 0)
            .map(|worker| Asking {
                worker: worker.incarnation(),
                connected: worker.connected,
            })
            .collect()
    }

    /// What spouts are to do when nothing else is going on.
    pub(crate) fn desired_spouts(&self) -> SpoutMode {
        match self.record.desired {
            Desired::Active => SpoutMode::Active,
            Desired::Inactive => SpoutMode::Inactive,
            Desired::Killed | Desired::Finished => SpoutMode::Stopped,
        }
    }
}
