//! A worker process that does what the protocol asks, and checks what it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::control::{
    Assignment, FromWorker, Heartbeat, Hello, Probe, Reply, Request, SpoutMode, TaskStatus,
    ToWorker,
};
use stormcell_protocol::{Ending, Report, TreeReport};
use stormcell_topology::Plan;

/// How long a worker prepares its tasks.
const PREPARES: Duration = Duration::from_millis(30);
/// How long rows are in flight after spouts have been paused.
const DRAINS: Duration = Duration::from_millis(50);

/// How much later than a heartbeat a late answer comes.
const LATE: Duration = Duration::from_millis(200);

/// What holds in the world outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Sources have ended.
    pub(crate) ended: bool,
    /// Rows never settle.
    pub(crate) stuck: bool,
    /// Component files that cannot be prepared.
    pub(crate) unloadable: BTreeSet<String>,
    /// Component files that fail every row.
    pub(crate) failing: BTreeSet<String>,
    /// Workers that cannot prepare their tasks.
    pub(crate) broken: BTreeSet<u32>,
    /// Workers that cannot close tasks.
    pub(crate) refuse_close: BTreeSet<u32>,
    /// Heartbeats tell of a swap before it is answered.
    pub(crate) late_swaps: bool,
}

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) me: WorkerIncarnation,
    pub(crate) connected: bool,
    /// Stopped by SIGSTOP.
    pub(crate) stopped: bool,
    /// What was sent to it while it was stopped.
    pub(crate) unread: Vec<ToWorker>,
    pub(crate) connects_at: Duration,
    pub(crate) plan: Option<Plan>,
    preparing: Option<(Duration, Assignment)>,
    pub(crate) spouts: SpoutMode,
    spouts_since: Duration,
    /// Whether its spouts have ever emitted.
    pub(crate) emitted: bool,
    pub(crate) frozen: bool,
    pub(crate) closed: BTreeSet<u32>,
    pub(crate) digests: BTreeMap<u32, String>,
    /// Rows of each task with its present file.
    rows: BTreeMap<u32, u64>,
    /// Rows of all tasks, whatever they ran.
    pub(crate) counted: u64,
    pub(crate) peers: Vec<WorkerIncarnation>,
    heartbeat_at: Duration,
    /// Answers that are on their way, and when they come.
    late: Vec<(Duration, FromWorker)>,
    abandoned: bool,
    pub(crate) exits: bool,
}

impl Process {
    pub(crate) fn new(me: WorkerIncarnation, now: Duration) -> Self {
        Self {
            me,
            connected: false,
            stopped: false,
            unread: vec![],
            connects_at: now + Duration::from_millis(20),
            plan: None,
            preparing: None,
            spouts: SpoutMode::Paused,
            spouts_since: now,
            emitted: false,
            frozen: false,
            closed: BTreeSet::new(),
            digests: BTreeMap::new(),
            rows: BTreeMap::new(),
            counted: 0,
            peers: vec![],
            heartbeat_at: now,
            late: vec![],
            abandoned: false,
            exits: false,
        }
    }

    pub(crate) fn generation(&self) -> u64 {
        self.plan.as_ref().map_or(0, Plan::generation)
    }

    pub(crate) fn hello(&self) -> Hello {
        Hello {
            topology: "words".to_owned(),
            worker: self.me,
            pid: 1_000 + self.me.number,
            generation: self.generation(),
            spouts: self.spouts,
        }
    }

    /// Time has passed: what it says.
    pub(crate) fn pass(&mut self, now: Duration, world: &World) -> Vec<FromWorker> {
        let mut said = vec![];
        if let Some((at, assignment)) = self.preparing.take() {
            if at > now {
                self.preparing = Some((at, assignment));
            } else if world.broken.contains(&self.me.worker) {
                let reason = "the component file is broken".to_owned();
                said.push(FromWorker::Failed { reason });
                self.exits = true;
            } else {
                let generation = assignment.plan.generation();
                self.take(assignment);
                said.push(FromWorker::Ready { generation });
            }
        }
        if now >= self.heartbeat_at {
            self.heartbeat_at = now + stormcell_protocol::control::HEARTBEAT;
            if self.spouts == SpoutMode::Active && !world.ended {
                for task in self.digests.keys() {
                    *self.rows.entry(*task).or_default() += 10;
                    self.counted += 10;
                }
            }
            let heartbeat = self.heartbeat(now, world);
            said.push(FromWorker::Heartbeat(Box::new(heartbeat)));
        }
        said.extend(
            self.late
                .extract_if(.., |(at, _)| *at <= now)
                .map(|(_, answer)| answer),
        );
        said
    }

    fn take(&mut self, assignment: Assignment) {
        let here = assignment.plan.tasks().iter();
        let here = here.filter(|task| task.worker == self.me.worker);
        let before = std::mem::take(&mut self.digests);
        for task in here {
            let fresh = assignment.modules.components[&task.component].of(task.id);
            let kept = before
                .get(&task.id)
                .filter(|_| !self.closed.contains(&task.id));
            let digest = kept.map_or(fresh, String::as_str).to_owned();
            self.digests.insert(task.id, digest);
        }
        self.closed.clear();
        self.plan = Some(assignment.plan);
    }

    fn heartbeat(&self, now: Duration, world: &World) -> Heartbeat {
        let tasks = self.digests.iter().map(|(&task, digest)| {
            let rows = self.rows.get(&task).copied().unwrap_or_default();
            let fails = world.failing.contains(digest);
            TaskStatus {
                task,
                digest: digest.clone(),
                rows,
                failed: if fails { rows } else { 0 },
                faults: 0,
                last_error: fails.then(|| "no such key".to_owned()),
            }
        });
        Heartbeat {
            generation: self.generation(),
            spouts: self.spouts,
            report: Report {
                topology: "words".to_owned(),
                ending: Ending::Running,
                elapsed_seconds: 1.0,
                rows_per_second: 0.0,
                spout_rows_per_second: 0.0,
                trees: self.trees(world),
                components: vec![],
            },
            tasks: tasks.collect(),
            probe: self.probe(now, world),
            memory: 1 << 20,
        }
    }

    fn trees(&self, world: &World) -> TreeReport {
        let pending = (u64::from(world.stuck) * 7).min(self.counted);
        TreeReport {
            emitted: self.counted,
            tracked: self.counted,
            acked: self.counted - pending,
            pending,
            ..TreeReport::default()
        }
    }

    fn probe(&self, now: Duration, world: &World) -> Probe {
        let emits = self.spouts == SpoutMode::Active && !world.ended;
        let drained = now >= self.spouts_since + DRAINS;
        let stuck = world.stuck && !self.abandoned;
        Probe {
            idle: !emits && drained,
            settled: !emits && drained && !stuck,
            ended: world.ended && self.emitted,
            links: vec![],
        }
    }

    /// What it answers at once. `alive`: processes that have tasks of the present plan.
    pub(crate) fn told(
        &mut self,
        message: ToWorker,
        now: Duration,
        world: &World,
    ) -> Option<FromWorker> {
        match message {
            ToWorker::Assign(assignment) => {
                // It may be told again after a connection has ended: a worker takes only
                // a plan of a higher generation than it has.
                let generation = assignment.plan.generation();
                let prepares = self.preparing.as_ref();
                let has = prepares.map_or(self.generation(), |(_, a)| a.plan.generation());
                if generation > has {
                    self.preparing = Some((now + PREPARES, *assignment));
                }
                None
            }
            ToWorker::Peers { alive } => {
                assert!(alive.contains(&self.me), "{alive:?} without {:?}", self.me);
                self.peers = alive;
                None
            }
            ToWorker::Spouts { mode } => {
                if mode == SpoutMode::Active {
                    let me = self.me;
                    assert!(self.closed.is_empty(), "{me:?}: spouts of closed tasks");
                    assert!(self.generation() > 0, "{me:?}: spouts without tasks");
                    self.emitted = true;
                }
                self.spouts = mode;
                self.spouts_since = now;
                None
            }
            ToWorker::Exit => {
                self.exits = true;
                let last = self.heartbeat(now, world);
                Some(FromWorker::Leaving(Box::new(last)))
            }
            ToWorker::Request { id, request } => {
                let late = world.late_swaps && matches!(request, Request::Swap { .. });
                let result = self.request(request, now, world);
                let answer = FromWorker::Reply { id, result };
                if !late {
                    return Some(answer);
                }
                self.heartbeat_at = now;
                self.late.push((now + LATE, answer));
                None
            }
        }
    }

    fn request(&mut self, request: Request, now: Duration, world: &World) -> Result<Reply, String> {
        match request {
            Request::Probe => return Ok(Reply::Probed(self.probe(now, world))),
            Request::Freeze { frozen } => self.frozen = frozen,
            Request::Close { tasks, .. } => {
                if world.refuse_close.contains(&self.me.worker) {
                    return Err("its close trapped".to_owned());
                }
                assert_ne!(self.spouts, SpoutMode::Active, "closed while spouts emit");
                self.closed
                    .extend(tasks.iter().filter(|t| self.digests.contains_key(t)));
            }
            Request::Abandon => self.abandoned = true,
            Request::Replan(assignment) => {
                assert_ne!(
                    self.spouts,
                    SpoutMode::Active,
                    "replanned while spouts emit"
                );
                if assignment.plan.generation() > self.generation() {
                    self.take(*assignment);
                }
            }
            Request::Swap {
                component,
                digest,
                tasks,
            } => {
                if world.unloadable.contains(&digest) {
                    return Err(format!("{digest} has no export `task`"));
                }
                let plan = self.plan.as_ref().unwrap();
                let of_component: Vec<u32> = plan.tasks_of(&component).collect();
                let mut pauses_us = vec![];
                for task in tasks.iter().filter(|task| of_component.contains(task)) {
                    if let Some(running) = self.digests.get_mut(task) {
                        running.clone_from(&digest);
                        self.rows.remove(task);
                        pauses_us.push(100);
                    }
                }
                return Ok(Reply::Swapped { pauses_us });
            }
        }
        Ok(Reply::Done)
    }
}
