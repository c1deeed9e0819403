//! One worker of a topology: its process as far as it is known, and what it was told.

use std::collections::BTreeMap;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api::WorkerState;
use stormcell_protocol::control::{Heartbeat, Hello, SpoutMode};

use crate::limits::{BACKOFF_FIRST, BACKOFF_MAX, CONNECT_LIMIT, HEALTHY, HEARTBEAT_LIMIT};

/// One worker.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) id: u32,
    pub(crate) state: WorkerState,
    /// Since when it is in this state.
    pub(crate) since: Duration,
    /// The number of its latest run; 0: none, or not known.
    pub(crate) number: u32,
    pub(crate) pid: Option<u32>,
    pub(crate) connected: bool,
    /// Whether this run has ever connected.
    pub(crate) known: bool,
    /// When something was heard of it last.
    pub(crate) heard: Duration,
    /// The generation of the plan that it works by; 0: none yet.
    pub(crate) generation: u64,
    /// Since when this run works.
    working: Option<Duration>,
    pub(crate) heartbeat: Option<Box<Heartbeat>>,
    /// How many heartbeats this run has sent.
    pub(crate) heartbeats: u64,
    /// Whether it has said that it does nothing any more.
    pub(crate) left: bool,
    /// What it was told, or is known to have taken in, over this connection.
    pub(crate) told: Told,
    /// The component file that each of its tasks runs; empty if that is not known.
    pub(crate) digests: BTreeMap<u32, String>,
    /// How often it was started again.
    pub(crate) restarts: u32,
    /// How often it has ended since it was last healthy.
    pub(crate) ends: u32,
    /// When it is started again, while it backs off.
    pub(crate) start_at: Duration,
    pub(crate) last_exit: Option<String>,
    /// Why it cannot go on, as it said itself.
    pub(crate) failure: Option<String>,
}

/// What a worker was told over this connection.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) spouts: Option<SpoutMode>,
    pub(crate) peers: Option<Vec<WorkerIncarnation>>,
    pub(crate) assigned: bool,
    pub(crate) exit: Option<Duration>,
    /// Whether its ticks are frozen, if that is known.
    pub(crate) frozen: Option<bool>,
    /// Requests that are open, by number.
    pub(crate) freezing: Option<(u64, bool)>,
    pub(crate) replanning: Option<(u64, u64)>,
    pub(crate) swapping: Option<(u64, Swapping)>,
}

/// A swap that a worker was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Swapping {
    pub(crate) component: String,
    pub(crate) digest: String,
    pub(crate) tasks: Vec<u32>,
}

impl Worker {
    /// A worker that is not running.
    pub(crate) fn new(id: u32, state: WorkerState, now: Duration) -> Self {
        Self {
            id,
            state,
            since: now,
            number: 0,
            pid: None,
            connected: false,
            known: false,
            heard: now,
            generation: 0,
            working: None,
            heartbeat: None,
            heartbeats: 0,
            left: false,
            told: Told::default(),
            digests: BTreeMap::new(),
            restarts: 0,
            ends: 0,
            start_at: now,
            last_exit: None,
            failure: None,
        }
    }

    /// Its latest run; the number 0 stands for whichever it is.
    pub(crate) fn incarnation(&self) -> WorkerIncarnation {
        WorkerIncarnation {
            worker: self.id,
            number: self.number,
        }
    }

    /// Whether a process of it may exist.
    pub(crate) fn may_be_alive(&self) -> bool {
        !matches!(self.state, WorkerState::BackingOff | WorkerState::Down)
    }

    /// Whether it is known to be there and is not being ended.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.state, WorkerState::Starting | WorkerState::Up)
    }

    pub(crate) fn is_up(&self) -> bool {
        self.state == WorkerState::Up
    }

    pub(crate) fn enter(&mut self, state: WorkerState, now: Duration) {
        if self.state != state {
            self.state = state;
            self.since = now;
        }
    }

    /// A process of this number is started.
    pub(crate) fn started(&mut self, number: u32, now: Duration) {
        if self.number != 0 {
            self.restarts += 1;
        }
        *self = Self {
            number,
            restarts: self.restarts,
            ends: self.ends,
            last_exit: self.last_exit.take(),
            ..Self::new(self.id, WorkerState::Starting, now)
        };
    }

    /// It has connected.
    pub(crate) fn connected(&mut self, hello: &Hello, now: Duration) {
        self.number = hello.worker.number;
        self.pid = Some(hello.pid);
        self.connected = true;
        self.known = true;
        self.heard = now;
        self.generation = hello.generation;
        self.told = Told {
            spouts: Some(hello.spouts),
            // A worker without tasks has nothing that could be frozen.
            frozen: (hello.generation == 0).then_some(false),
            ..Told::default()
        };
        // A swap may have come or not: its next heartbeat tells.
        self.digests.clear();
        if self.state == WorkerState::Unknown {
            self.enter(WorkerState::Starting, now);
        }
    }

    /// It works by the plan of the topology.
    pub(crate) fn works(&mut self, now: Duration) {
        self.working.get_or_insert(now);
        self.enter(WorkerState::Up, now);
    }

    /// Its process has ended. It is to be started again after a while: at once if it
    /// had worked, later and later if it ends again and again.
    pub(crate) fn ended(&mut self, why: String, now: Duration) {
        if self.number == 0 {
            // Nobody was there, or somebody whose fate says nothing of the next run.
            self.start_at = now;
            self.failure = None;
        } else {
            self.back_off(now);
            self.last_exit = Some(match self.failure.take() {
                // Its last words, most likely.
                Some(failure) if why.contains(&failure) => why,
                // What the kernel says comes first: others may have seen only what followed.
                Some(failure) => format!("{why}; before that: {failure}"),
                None => why,
            });
        }
        self.connected = false;
        self.pid = None;
        self.heartbeat = None;
        self.left = false;
        self.generation = 0;
        self.working = None;
        self.told = Told::default();
        self.digests.clear();
        self.enter(WorkerState::BackingOff, now);
    }

    /// When it is started again.
    fn back_off(&mut self, now: Duration) {
        let worked = self.working.map(|since| now.saturating_sub(since));
        if worked.is_some_and(|worked| worked >= HEALTHY) {
            self.ends = 0;
        }
        let delay = match self.ends {
            0 if worked.is_some() => Duration::ZERO,
            0 | 1 => BACKOFF_FIRST,
            ends => BACKOFF_FIRST
                .saturating_mul(1 << (ends - 1).min(16))
                .min(BACKOFF_MAX),
        };
        self.ends += 1;
        self.start_at = now + delay;
    }

    /// Whether it has been silent for too long.
    pub(crate) fn is_silent(&self, now: Duration) -> bool {
        let starting = self.state == WorkerState::Starting && !self.known;
        let limit = if starting {
            CONNECT_LIMIT
        } else {
            HEARTBEAT_LIMIT
        };
        now.saturating_sub(self.heard) > limit
    }
}
