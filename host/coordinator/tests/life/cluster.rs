//! A supervisor's shell and its workers in one thread, on a clock that the test moves.
//! Whatever a test does, it checks the invariants of the coordinator.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::{Action, Answer, Command, Coordinator, Event, Now};
use stormcell_protocol::api::{Problem, Status, TopologyDetail};
use stormcell_protocol::control::{FromWorker, Request, SpoutMode, ToWorker};
use stormcell_protocol::record::{Closing, Desired, Record};

use crate::process::{Process, World};
use crate::topology::{record, topology};

const STEP: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) now: Duration,
    pub(crate) world: World,
    /// `None`: the supervisor is dead.
    pub(crate) coordinator: Option<Coordinator>,
    pub(crate) stored: Record,
    pub(crate) processes: BTreeMap<WorkerIncarnation, Process>,
    pub(crate) answers: BTreeMap<u64, Result<Answer, Problem>>,
    pub(crate) log: Vec<String>,
    pub(crate) removed: bool,
    /// What was closed, in this order: component ids and whether it was for good.
    pub(crate) closed: Vec<(String, bool)>,
    /// When processes were started.
    pub(crate) starts: Vec<(Duration, WorkerIncarnation)>,
    /// A suspension was asked for.
    suspends: bool,
    /// After so many actions the supervisor dies.
    pub(crate) dies_after: Option<usize>,
    asked: BTreeSet<u64>,
    last_command: u64,
    /// Runs that were started and of whose end no supervisor was told.
    running: BTreeMap<u32, u32>,
    highest: u32,
    /// How many rows this supervisor has told of: never fewer than before.
    emitted: u64,
    /// How many rows processes have emitted that have ended.
    pub(crate) done: u64,
    events: VecDeque<Event>,
}

impl Cluster {
    /// A topology that was just submitted.
    pub(crate) fn new(workers: usize) -> Self {
        let stored = record(workers);
        let now = Duration::from_secs(1_000);
        Self {
            now,
            world: World::default(),
            coordinator: Some(Coordinator::new(
                stored.clone(),
                topology(),
                false,
                time(now),
            )),
            stored,
            processes: BTreeMap::new(),
            answers: BTreeMap::new(),
            log: vec![],
            removed: false,
            closed: vec![],
            starts: vec![],
            suspends: false,
            dies_after: None,
            asked: BTreeSet::new(),
            last_command: 0,
            running: BTreeMap::new(),
            highest: 0,
            emitted: 0,
            done: 0,
            events: VecDeque::new(),
        }
    }

    /// One that runs.
    pub(crate) fn up(workers: usize) -> Self {
        let mut cluster = Self::new(workers);
        cluster.until(Duration::from_secs(1), |c| {
            c.status() == Some(Status::Active)
        });
        cluster.run(Duration::from_millis(600));
        cluster
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.step();
        }
    }

    /// Runs until something is true; it must be within this time.
    #[track_caller]
    pub(crate) fn until(&mut self, limit: Duration, is: impl Fn(&Self) -> bool) {
        let until = self.now + limit;
        while !is(self) {
            assert!(
                self.now < until,
                "not within {limit:?}: {:#?}",
                self.state()
            );
            self.step();
        }
    }

    /// For messages of tests.
    pub(crate) fn state(&self) -> impl std::fmt::Debug + use<> {
        let detail = self.coordinator.as_ref().map(|_| self.detail());
        let brief = detail.map(|detail| (detail.summary, detail.workers));
        let log: Vec<String> = self.log.iter().rev().take(30).rev().cloned().collect();
        let closing = self.stored.closing;
        (brief, self.stored.desired, closing, log)
    }

    fn step(&mut self) {
        self.now += STEP;
        for me in self.processes.keys().copied().collect::<Vec<_>>() {
            self.pass(me);
        }
        if self.now.as_millis().is_multiple_of(100) {
            self.events.push_back(Event::Tick);
        }
        self.settle();
    }

    /// Time has passed for a process.
    fn pass(&mut self, me: WorkerIncarnation) {
        let (now, supervised) = (self.now, self.coordinator.is_some());
        let Some(process) = self.processes.get_mut(&me).filter(|p| !p.stopped) else {
            return;
        };
        if supervised && !process.connected && now >= process.connects_at {
            process.connected = true;
            self.events.push_back(Event::Connected(process.hello()));
        }
        let said = process.pass(now, &self.world);
        if process.connected {
            let said = said.into_iter().map(|said| Event::Said(me, said));
            self.events.extend(said);
        }
        if process.exits {
            self.die(me, "exit status 0");
        }
    }

    fn settle(&mut self) {
        while let Some(event) = self.events.pop_front() {
            let Some(mut coordinator) = self.coordinator.take() else {
                self.events.clear();
                return;
            };
            if let Event::Exited(worker, _) | Event::NotStarted(worker, _) = &event {
                let known = self.running.get(&worker.worker).copied();
                if worker.number == 0 || known == Some(worker.number) {
                    self.running.remove(&worker.worker);
                }
            }
            let actions = coordinator.handle(time(self.now), event);
            let rebalancing = coordinator.summary().status == Status::Rebalancing;
            if let Some(report) = coordinator.detail(time(self.now)).report {
                let trees = report.trees;
                let settled = trees.acked + trees.failed + trees.pending + trees.unsettled;
                assert_eq!(trees.tracked, settled, "{trees:?}");
                assert!(
                    trees.emitted >= self.emitted,
                    "not {}: {trees:?}",
                    self.emitted
                );
                self.emitted = trees.emitted;
            }
            self.coordinator = Some(coordinator);
            for action in actions {
                if let Some(left) = &mut self.dies_after {
                    if *left == 0 {
                        self.kill_supervisor();
                        return;
                    }
                    *left -= 1;
                }
                self.act(action, rebalancing);
            }
        }
    }

    fn act(&mut self, action: Action, rebalancing: bool) {
        match action {
            Action::Store(record) => {
                let (old, new) = (&self.stored, &record);
                assert!(new.next_incarnation >= old.next_incarnation);
                assert!(new.plan.generation() >= old.plan.generation());
                assert!(
                    new.plan == old.plan || new.plan.generation() > old.plan.generation(),
                    "another plan of the same generation"
                );
                let text = serde_json::to_string(&record).unwrap();
                self.stored = serde_json::from_str(&text).unwrap();
                assert_eq!(self.stored, *record);
            }
            Action::Start(me) => {
                assert!(
                    me.number < self.stored.next_incarnation,
                    "{me:?} not stored"
                );
                assert!(me.number > self.highest, "{me:?} is not new");
                let running = self.running.insert(me.worker, me.number);
                assert_eq!(running, None, "{me:?} beside another");
                self.highest = me.number;
                self.starts.push((self.now, me));
                self.processes.insert(me, Process::new(me, self.now));
            }
            Action::End(WorkerIncarnation { worker, number }) => {
                let here = self.processes.keys().copied();
                let meant: Vec<WorkerIncarnation> = here
                    .filter(|me| me.worker == worker && (number == 0 || me.number == number))
                    .collect();
                match meant.first() {
                    Some(&me) => self.die(me, "killed"),
                    None => self.events.push_back(Event::Exited(
                        WorkerIncarnation { worker, number },
                        "was not there".to_owned(),
                    )),
                }
            }
            Action::Tell(to, message) => self.tell(to, *message, rebalancing),
            Action::Answer(id, answer) => {
                assert!(self.asked.remove(&id), "{id} was not asked, or is answered");
                self.answers.insert(id, *answer);
            }
            Action::Log(level, text) => {
                let at = self.now.as_secs_f64();
                self.log.push(format!("{at:.2} {level} {text}"));
            }
            Action::Remove => {
                assert!(self.processes.is_empty(), "removed while workers are alive");
                assert_eq!(self.stored.desired, Desired::Killed);
                self.removed = true;
            }
        }
    }

    fn tell(&mut self, to: WorkerIncarnation, message: ToWorker, rebalancing: bool) {
        match &message {
            ToWorker::Spouts {
                mode: SpoutMode::Active,
            } => {
                assert!(!rebalancing, "spouts emit during a rebalance");
                assert_ne!(self.stored.closing, Some(Closing::Finished));
            }
            ToWorker::Peers { alive } => {
                let planned = self.stored.plan.workers();
                for (me, process) in &self.processes {
                    let serves = me.worker < planned && process.generation() > 0;
                    let known = self.running.get(&me.worker) == Some(&me.number);
                    // One that is ready, but could not say so, has sent nothing yet.
                    let heard = !process.peers.is_empty();
                    let listed = alive.contains(me);
                    assert!(
                        listed || !(serves && known && heard),
                        "{me:?} declared dead"
                    );
                }
            }
            ToWorker::Request {
                request: Request::Close { tasks, finished },
                ..
            } => {
                let task = self.stored.plan.task(tasks[0]).unwrap();
                self.closed.push((task.component.clone(), *finished));
                if self.stored.closing == Some(Closing::Replanned) && !finished {
                    let frozen = self.processes.get(&to).is_none_or(|p| p.frozen);
                    assert!(frozen || self.stored.desired == Desired::Killed || self.suspends);
                }
            }
            ToWorker::Assign(assignment) => {
                let plan = assignment.plan.generation();
                let settled = self.now.saturating_sub(2 * STEP);
                let behind = self.processes.values().find(|process| {
                    process.connected
                        && process.connects_at < settled
                        && process.me.worker < assignment.plan.workers()
                        && self.running.get(&process.me.worker) == Some(&process.me.number)
                        && (1..plan).contains(&process.generation())
                });
                let behind = behind.map(|process| (process.me, process.generation()));
                assert_eq!(behind, None, "{to:?} would speak to it");
            }
            _ => {}
        }
        if let Some(process) = self.processes.get_mut(&to).filter(|p| p.connected) {
            process.unread.push(message);
        }
        self.read(to);
    }

    /// A worker takes in what it was told.
    fn read(&mut self, me: WorkerIncarnation) {
        if let Some(process) = self.processes.get_mut(&me).filter(|p| !p.stopped) {
            for message in std::mem::take(&mut process.unread) {
                let said = process.told(message, self.now, &self.world);
                if let Some(said) = said.filter(|_| process.connected) {
                    self.events.push_back(Event::Said(me, said));
                }
            }
        }
    }

    /// A process ends.
    pub(crate) fn die(&mut self, me: WorkerIncarnation, why: &str) {
        let Some(process) = self.processes.remove(&me) else {
            return;
        };
        self.done += process.counted;
        if process.connected {
            self.events.push_back(Event::Disconnected(me));
        }
        self.events.push_back(Event::Exited(me, why.to_owned()));
    }

    /// The process of a worker, if it has one.
    pub(crate) fn of(&self, worker: u32) -> Option<WorkerIncarnation> {
        self.processes
            .keys()
            .copied()
            .find(|me| me.worker == worker)
    }

    /// SIGKILL, or worse.
    pub(crate) fn kill_worker(&mut self, worker: u32) {
        if let Some(me) = self.of(worker) {
            self.die(me, "killed by signal 9");
        }
    }

    /// SIGSTOP or SIGCONT.
    pub(crate) fn stop_worker(&mut self, worker: u32, stopped: bool) {
        if let Some(me) = self.of(worker)
            && let Some(process) = self.processes.get_mut(&me)
        {
            process.stopped = stopped;
        }
        if let Some(me) = self.of(worker) {
            self.read(me);
        }
    }

    /// A connection breaks; the worker connects again after a while.
    pub(crate) fn disconnect(&mut self, worker: u32, while_: Duration) {
        let now = self.now;
        if let Some(me) = self.of(worker)
            && let Some(process) = self.processes.get_mut(&me)
        {
            if process.connected {
                self.events.push_back(Event::Disconnected(me));
            }
            process.connected = false;
            process.connects_at = now + while_;
        }
    }

    pub(crate) fn say(&mut self, worker: u32, message: FromWorker) {
        let me = self.of(worker).unwrap();
        self.events.push_back(Event::Said(me, message));
    }

    pub(crate) fn kill_supervisor(&mut self) {
        self.coordinator = None;
        self.dies_after = None;
        self.events.clear();
        // Who waits for an answer sees that the connection ends.
        self.asked.clear();
        for process in self.processes.values_mut() {
            process.connected = false;
            process.connects_at = self.now + Duration::from_millis(50);
        }
    }

    /// Another supervisor starts on what is stored.
    pub(crate) fn start_supervisor(&mut self) {
        if self.coordinator.is_some() || self.removed {
            return;
        }
        let record = self.stored.clone();
        for worker in 0..record.plan.workers() {
            if self.of(worker).is_none() {
                let free = WorkerIncarnation { worker, number: 0 };
                let why = "its lock is free".to_owned();
                self.events.push_back(Event::Exited(free, why));
            }
        }
        // It has not heard of the workers yet.
        self.emitted = 0;
        let now = time(self.now);
        self.coordinator = Some(Coordinator::new(record, topology(), true, now));
    }

    /// Asks for something; `None`: there is no supervisor.
    pub(crate) fn command(&mut self, command: Command) -> u64 {
        self.last_command += 1;
        let id = self.last_command;
        if self.coordinator.is_some() {
            self.suspends |= matches!(command, Command::Suspend { .. });
            self.asked.insert(id);
            self.events.push_back(Event::Command(id, command));
            self.settle();
        }
        id
    }

    /// Asks for something and runs until it is answered.
    #[track_caller]
    pub(crate) fn ask(&mut self, limit: Duration, command: Command) -> Result<Answer, Problem> {
        let id = self.command(command);
        self.until(limit, |cluster| cluster.answers.contains_key(&id));
        self.answers[&id].clone()
    }

    pub(crate) fn all_answered(&self) -> bool {
        self.asked.is_empty()
    }

    pub(crate) fn status(&self) -> Option<Status> {
        let coordinator = self.coordinator.as_ref()?;
        Some(coordinator.summary().status)
    }

    pub(crate) fn detail(&self) -> TopologyDetail {
        self.coordinator.as_ref().unwrap().detail(time(self.now))
    }

    pub(crate) fn operation(&self) -> String {
        let summary = self.coordinator.as_ref().unwrap().summary();
        summary.operation.unwrap_or_default()
    }

    pub(crate) fn modes(&self) -> Vec<SpoutMode> {
        self.processes.values().map(|p| p.spouts).collect()
    }

    #[track_caller]
    pub(crate) fn logged(&self, text: &str) {
        let found = self.log.iter().any(|line| line.contains(text));
        assert!(found, "no line with {text:?} in {:#?}", self.log);
    }

    /// Whether everything runs as the record says.
    pub(crate) fn is_whole(&self) -> bool {
        let record = &self.stored;
        let mode = match record.desired {
            Desired::Active => SpoutMode::Active,
            Desired::Inactive => SpoutMode::Inactive,
            Desired::Finished => return self.processes.is_empty(),
            Desired::Killed => return self.removed,
        };
        let workers: Vec<u32> = self.processes.keys().map(|me| me.worker).collect();
        let alive: Vec<WorkerIncarnation> = self.processes.keys().copied().collect();
        let planned: Vec<u32> = (0..record.plan.workers()).collect();
        let operation = self.coordinator.as_ref().map(|_| self.operation());
        operation.as_deref() == Some("")
            && workers == planned
            && record.closing.is_none()
            && self.processes.values().all(|process| {
                process.plan.as_ref() == Some(&record.plan)
                    && process.spouts == mode
                    && !process.frozen
                    && process.closed.is_empty()
                    && process.peers == alive
                    && process.digests.iter().all(|(task, digest)| {
                        let task = record.plan.task(*task).unwrap();
                        let module = &record.modules.components[&task.component];
                        module.trial.is_none() && module.digest == *digest
                    })
            })
    }
}

pub(crate) fn time(now: Duration) -> Now {
    Now {
        mono: now,
        unix: 1_700_000_000 + now.as_secs(),
    }
}
