//! From a plan to what connects its tasks: mailboxes, queues, ledgers, links.
//!
//! A wiring never changes. When the plan changes, or a component, the next wiring is
//! made from the one before: tasks that stay keep their mailboxes and counters.

mod parts;
mod report;
mod routes;
mod subscriber;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{FailReason, Ledger, LedgerConfig, SpoutIndex};
use stormcell_batch::{Batch, Schema};
use stormcell_links::Links;
use stormcell_sandbox::Budget;
use stormcell_topology::{Component, ComponentKind, Flow, SpoutSettings, admission};

use crate::abandoned::Abandoned;
use crate::account::{Account, Full};
use crate::closing;
use crate::error::RunError;
use crate::finish::Finish;
use crate::holders::{Holder, Holders};
use crate::mailbox::{InFlight, Mailbox};
use crate::metrics::ComponentMetrics;
use crate::options::{Job, Options};
use crate::outlet::{Outlet, RemoteTask};
use crate::pacing::{Load, Pacer, Queues, Waiters, taken_elsewhere};
use crate::peers::Peers;
use crate::place::Place;
use crate::replayed::Replayed;
use crate::router::{fail, refused};
use crate::task_counts::TaskCounts;
use crate::ticking::Ticking;
use crate::tracker::{LedgerPlace, Tracker, Trackers};
use subscriber::Subscriber;

/// What stays the same for as long as the process runs.
pub(crate) struct Base {
    pub(crate) options: Options,
    pub(crate) place: Place,
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) finish: Arc<Finish>,
    pub(crate) replayed: Replayed,
    pub(crate) abandoned: Abandoned,
    pub(crate) ticking: Arc<Ticking>,
    pub(crate) waiters: Arc<Waiters>,
    /// The other workers; `None` if there is none.
    pub(crate) others: Option<(Links, Arc<Peers>)>,
}

/// What the tasks of one component share.
pub(crate) struct Node {
    pub(crate) metrics: Arc<ComponentMetrics>,
    pub(crate) queues: Arc<Queues>,
    /// The ids of all its tasks, wherever they run.
    pub(crate) tasks: Vec<u32>,
    /// The ways to the tasks of a bolt, in the order of `tasks`; empty for a spout.
    pub(crate) outlets: Arc<[Outlet]>,
    subscriber: Subscriber,
}

/// A task of this process.
#[derive(Clone)]
pub(crate) struct LocalTask {
    /// The position of its component.
    pub(crate) at: usize,
    /// Which of its component's tasks it is.
    pub(crate) index: usize,
    pub(crate) counts: Arc<TaskCounts>,
    pub(crate) end: LocalEnd,
}

/// The end of a task of this process that others see.
#[derive(Clone)]
pub(crate) enum LocalEnd {
    Bolt(Arc<Mailbox>),
    Spout(Arc<Tracker>),
}

/// Components and their tasks, as a task is told of them.
type Told = Arc<[(String, Vec<u32>)]>;

/// What connects the tasks of a topology. Nodes are in the order of the
/// components of the topology.
pub(crate) struct Wiring {
    pub(crate) job: Job,
    pub(crate) base: Arc<Base>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) flow: Flow,
    pub(crate) trackers: Arc<Trackers>,
    /// The tasks of this process, by id.
    pub(crate) local: BTreeMap<u32, LocalTask>,
    /// The tasks of bolts of this process, as those who hold rows.
    pub(crate) holders: Holders,
    /// The tasks of bolts in other workers, by id.
    remote: BTreeMap<u32, Arc<RemoteTask>>,
    /// Tasks as they were in other workers before they moved, which may not have said yet
    /// that they took the last of what they were sent.
    moved: BTreeMap<u32, Vec<Arc<RemoteTask>>>,
    /// For each component, the components and tasks that its own tasks are told of.
    told: Vec<Told>,
}

impl Wiring {
    /// The wiring of a job; `before` is the wiring that it takes the place of.
    pub(crate) fn new(job: Job, base: Arc<Base>, before: Option<&Self>) -> Result<Self, RunError> {
        let topology = Arc::clone(&job.topology);
        let components = topology.components().iter();
        let told = components.map(|component| told(component, &job)).collect();
        let mut wiring = Self {
            flow: Flow::of(&topology),
            job,
            base,
            nodes: Vec::with_capacity(topology.components().len()),
            trackers: Arc::default(),
            local: BTreeMap::new(),
            holders: Holders::default(),
            remote: BTreeMap::new(),
            moved: BTreeMap::new(),
            told,
        };
        let mut ledgers = Vec::new();
        let runs = |worker| wiring.base.place.runs(worker);
        let budget = wiring.budget().limit();
        let row_memory = admission::row_memory(&topology, &wiring.job.plan, runs, budget);
        for (at, component) in topology.components().iter().enumerate() {
            let node = wiring.node(at, component, before, &row_memory, &mut ledgers)?;
            wiring.nodes.push(node);
        }
        wiring.moved = before.map_or_else(BTreeMap::new, |before| before.moved(&wiring.remote));
        let peers = wiring
            .base
            .others
            .as_ref()
            .map(|(_, peers)| Arc::clone(peers));
        wiring.holders = Holders::new(wiring.holding(), peers.clone());
        let replays = wiring.replay_ledgers(ledgers.len(), before);
        wiring.trackers = Arc::new(Trackers::new(ledgers, replays, peers));
        Ok(wiring)
    }

    fn holding(&self) -> Vec<Holder> {
        let names = self.job.topology.components().iter();
        let names: Vec<Arc<str>> = names
            .map(|component| component.id.as_str().into())
            .collect();
        let bolts = self
            .local
            .iter()
            .filter_map(|(&task, local)| match &local.end {
                LocalEnd::Bolt(mailbox) => Some(Holder {
                    component: Arc::clone(names.get(local.at)?),
                    task,
                    mailbox: Arc::clone(mailbox),
                }),
                LocalEnd::Spout(_) => None,
            });
        bolts.collect()
    }

    fn node(
        &mut self,
        at: usize,
        component: &Component,
        before: Option<&Self>,
        row_memory: &[u64],
        ledgers: &mut Vec<LedgerPlace>,
    ) -> Result<Node, RunError> {
        let plan = Arc::clone(&self.job.plan);
        let tasks: Vec<u32> = plan.tasks_of(&component.id).collect();
        let known = before.and_then(|before| before.node_of(&component.id));
        let queues = known.map_or_else(
            || {
                let account = Account::new(self.budget());
                Arc::new(Queues::new(0, Arc::new(account)))
            },
            |node| Arc::clone(&node.queues),
        );
        let allowed = component.limits.row_memory;
        let limit = row_memory.get(at).copied().unwrap_or(allowed);
        queues.account().set_limit(limit, allowed);
        let workers = match &self.base.others {
            Some(_) => plan.workers(),
            None => 1,
        };
        queues.set_size(tasks.len(), workers);
        let metrics = known.map_or_else(
            || {
                let queues = Arc::clone(&queues);
                Arc::new(ComponentMetrics::new(&component.id, component.kind, queues))
            },
            |node| Arc::clone(&node.metrics),
        );
        let mut outlets = Vec::new();
        let mut here = Vec::new();
        for (index, &task) in tasks.iter().enumerate() {
            let worker = plan.task(task).map_or(0, |task| task.worker);
            let is_here = self.base.place.runs(worker);
            if is_here {
                here.push(task);
            }
            let earlier = before.and_then(|before| before.local.get(&task));
            match &component.spout {
                None if is_here => {
                    let mailbox = self.mailbox_for(earlier, &queues);
                    outlets.push(Outlet::Here(Arc::clone(&mailbox)));
                    self.add(task, at, index, earlier, LocalEnd::Bolt(mailbox));
                }
                None => {
                    let remote = self.remote_for(task, worker, before, &queues);
                    outlets.push(Outlet::There(Arc::clone(&remote)));
                    self.remote.insert(task, remote);
                }
                Some(settings) if is_here => {
                    let number = SpoutIndex::new(ledgers.len() as u32)?;
                    let tracker = self.tracker_for(number, settings, earlier, before);
                    ledgers.push(LedgerPlace::Here(Arc::clone(&tracker)));
                    self.add(task, at, index, earlier, LocalEnd::Spout(tracker));
                }
                Some(_) => match &self.base.others {
                    Some((links, _)) => ledgers.push(LedgerPlace::There(links.link(worker))),
                    None => unreachable!("a process that is alone runs every task"),
                },
            }
        }
        metrics.set_tasks(here.len());
        metrics.keep_quarantined(&here);
        Ok(Node {
            metrics,
            queues,
            tasks,
            outlets: outlets.into(),
            subscriber: Subscriber::default(),
        })
    }

    fn add(
        &mut self,
        task: u32,
        at: usize,
        index: usize,
        earlier: Option<&LocalTask>,
        end: LocalEnd,
    ) {
        let counts = earlier.map_or_else(Arc::default, |task| Arc::clone(&task.counts));
        let local = LocalTask {
            at,
            index,
            counts,
            end,
        };
        self.local.insert(task, local);
    }

    fn mailbox_for(&self, earlier: Option<&LocalTask>, queues: &Arc<Queues>) -> Arc<Mailbox> {
        match earlier.map(|task| &task.end) {
            Some(LocalEnd::Bolt(mailbox)) if !mailbox.is_closed() => Arc::clone(mailbox),
            _ => Arc::new(Mailbox::new(
                Load::new(Arc::clone(queues), Arc::clone(&self.base.waiters)),
                Arc::clone(&self.base.in_flight),
            )),
        }
    }

    fn remote_for(
        &self,
        task: u32,
        worker: u32,
        before: Option<&Self>,
        queues: &Arc<Queues>,
    ) -> Arc<RemoteTask> {
        let Some((links, _)) = &self.base.others else {
            unreachable!("a process that is alone runs every task");
        };
        let known = before.and_then(|before| before.remote.get(&task));
        match known {
            Some(remote) if remote.worker() == worker => Arc::clone(remote),
            _ => {
                let load = Load::elsewhere(Arc::clone(queues), Arc::clone(&self.base.waiters));
                Arc::new(RemoteTask::new(task, load, links.link(worker)))
            }
        }
    }

    /// The ledger of a spout task of this process. A new plan numbers the spout tasks
    /// anew, so it comes with new ledgers; their incarnation tells what is late from
    /// what is not.
    fn tracker_for(
        &self,
        number: SpoutIndex,
        settings: &SpoutSettings,
        earlier: Option<&LocalTask>,
        before: Option<&Self>,
    ) -> Arc<Tracker> {
        let generation = self.job.plan.generation();
        if let Some(LocalEnd::Spout(tracker)) = earlier.map(|task| &task.end)
            && before.is_some_and(|before| before.job.plan.generation() == generation)
        {
            return Arc::clone(tracker);
        }
        let max_pending = self.base.options.max_pending.or(settings.max_pending);
        let config = LedgerConfig {
            max_pending: max_pending.and_then(NonZeroU32::new),
        };
        let incarnation = self.ledger_incarnation();
        Arc::new(Tracker::new(Ledger::new(number, incarnation, config)))
    }

    /// A ledger a worker for dead letters that it replays, numbered after those of the
    /// `spouts` spout tasks. None if there is no number left for one of them.
    fn replay_ledgers(&self, spouts: usize, before: Option<&Self>) -> Vec<LedgerPlace> {
        let generation = self.job.plan.generation();
        let workers = match &self.base.others {
            Some(_) => self.job.plan.workers(),
            None => 1,
        };
        let mut ledgers = Vec::new();
        for worker in 0..workers {
            let Ok(number) = SpoutIndex::new(spouts as u32 + worker) else {
                return Vec::new();
            };
            let is_here = self.base.place.runs(worker);
            let earlier = before.filter(|b| b.job.plan.generation() == generation);
            let known = earlier.and_then(|before| before.trackers.replays());
            ledgers.push(match (&self.base.others, known) {
                (Some((links, _)), _) if !is_here => LedgerPlace::There(links.link(worker)),
                (_, Some(tracker)) => LedgerPlace::Here(Arc::clone(tracker)),
                (_, None) => {
                    let config = LedgerConfig { max_pending: None };
                    let ledger = Ledger::new(number, self.ledger_incarnation(), config);
                    LedgerPlace::Here(Arc::new(Tracker::new(ledger)))
                }
            });
        }
        ledgers
    }

    fn ledger_incarnation(&self) -> u32 {
        let incarnation = self.base.place.incarnation().wrapping_mul(8);
        incarnation.wrapping_add(self.job.plan.generation() as u32)
    }

    fn node_of(&self, component: &str) -> Option<&Node> {
        let components = self.job.topology.components();
        let at = components.iter().position(|c| c.id == component)?;
        self.nodes.get(at)
    }

    /// After how long a row of this spout fails whose tree is not complete.
    pub(crate) fn message_timeout(&self, spout: &SpoutSettings) -> Option<Duration> {
        self.base.options.message_timeout.or(spout.message_timeout)
    }

    /// The shortest of those times, of all spouts of the topology.
    pub(crate) fn shortest_timeout(&self) -> Option<Duration> {
        let spouts = self.job.topology.spouts();
        let timeouts = spouts.filter_map(|spout| self.message_timeout(spout.spout.as_ref()?));
        timeouts.min().filter(|timeout| !timeout.is_zero())
    }

    /// The schema of an input of a task of this process.
    pub(crate) fn input_schema(&self, task: u32, input: u32) -> Option<&Schema> {
        let local = self.local.get(&task)?;
        let component = self.component(local.at);
        let mut inputs = self.job.topology.inputs(&component.id);
        inputs.nth(input as usize).map(|input| &input.schema)
    }

    /// The mailbox of a task of this process.
    pub(crate) fn mailbox(&self, task: u32) -> Option<&Arc<Mailbox>> {
        match &self.local.get(&task)?.end {
            LocalEnd::Bolt(mailbox) => Some(mailbox),
            LocalEnd::Spout(_) => None,
        }
    }

    /// A task in another worker took rows, or they were lost with its worker. If it has
    /// moved, what it was sent where it was counts first.
    pub(crate) fn taken(&self, task: u32, rows: usize, bytes: usize) {
        let moved = self.moved.get(&task).into_iter().flatten();
        let places = moved.chain(self.remote.get(&task));
        taken_elsewhere(places.map(|remote| remote.load()), rows, bytes);
    }

    /// Tasks of other workers that are not where they were, if they have not said that they
    /// took all that they were sent.
    fn moved(&self, now: &BTreeMap<u32, Arc<RemoteTask>>) -> BTreeMap<u32, Vec<Arc<RemoteTask>>> {
        let mut moved = self.moved.clone();
        for (task, remote) in &self.remote {
            let stays = now.get(task).is_some_and(|now| Arc::ptr_eq(now, remote));
            if !stays {
                moved.entry(*task).or_default().push(Arc::clone(remote));
            }
        }
        moved.retain(|_, tasks| {
            tasks.retain(|task| task.load().rows() > 0);
            !tasks.is_empty()
        });
        moved
    }

    /// What all instances of this process and all rows in it may have together: that of
    /// the sandbox that its components are of.
    fn budget(&self) -> Arc<Budget> {
        let component = self.job.components.values().next();
        component.map_or_else(
            || Arc::new(Budget::new(u64::MAX)),
            |component| Arc::clone(component.budget()),
        )
    }

    /// Refuses rows that came from another worker for a task of this one: their trees fail.
    pub(crate) fn refuse(&self, task: u32, batch: &Batch, full: &Full) {
        let Some(local) = self.local.get(&task) else {
            return;
        };
        fail(&self.trackers, &batch.lineage, FailReason::Overload);
        let node = &self.nodes[local.at];
        node.queues.refuse(batch.rows());
        let id = &self.component(local.at).id;
        let metrics = &node.metrics;
        metrics
            .errors
            .add(id, task, &refused(id, full), std::time::Instant::now());
    }

    /// Says of each spout task which of its rows nobody waits for any more, and where they are.
    pub(crate) async fn say_abandoned(&self) {
        for (&task, local) in &self.local {
            let LocalEnd::Spout(tracker) = &local.end else {
                continue;
            };
            let Some((rows, found)) = self.holders.unsettled(tracker).await else {
                continue;
            };
            let id = &self.component(local.at).id;
            let what = format!(
                "the topology was stopped, and the wait for what is in flight is over: rows that \
                 are not settled fail ({rows} of them: {})",
                found.summary()
            );
            let errors = &self.nodes[local.at].metrics.errors;
            errors.add(id, task, &what, std::time::Instant::now());
        }
    }

    /// Reports tasks that were ended because closing took longer than this.
    pub(crate) fn say_late(&self, tasks: &[u32], limit: Duration) {
        for &task in tasks {
            let Some(local) = self.local.get(&task) else {
                continue;
            };
            let id = &self.component(local.at).id;
            let metrics = &self.nodes[local.at].metrics;
            let what = closing::late(limit);
            metrics
                .errors
                .add(id, task, &what, std::time::Instant::now());
            metrics.quarantine(task, &what);
        }
    }

    /// Whom the tasks of a component wait for.
    pub(crate) fn pacer(&self, at: usize) -> Pacer {
        let queues = self
            .flow
            .beyond(at)
            .into_iter()
            .map(|at| {
                let name = self.component(at).id.clone();
                (name, Arc::clone(&self.nodes[at].queues))
            })
            .collect();
        let waiters = Arc::clone(&self.base.waiters);
        match self.component(at).kind {
            ComponentKind::Spout => Pacer::spout(queues, waiters),
            ComponentKind::Bolt => Pacer::bolt(queues, waiters),
        }
    }

    pub(crate) fn component(&self, at: usize) -> &Component {
        &self.job.topology.components()[at]
    }
}

/// Whom the tasks of a component can emit to directly: the subscribers of its direct streams
/// and their tasks. Not all of a topology, which would be a list of all tasks in each task.
fn told(component: &Component, job: &Job) -> Told {
    let outputs = &component.description.outputs;
    let is_direct = |output: usize| outputs.get(output).is_some_and(|output| output.direct);
    let subscriptions = job.topology.subscriptions().iter();
    let subscribers: BTreeSet<&str> = subscriptions
        .filter(|s| s.from == component.id && is_direct(s.output))
        .map(|s| s.to.as_str())
        .collect();
    let tasks = |id: &str| (id.to_owned(), job.plan.tasks_of(id).collect());
    subscribers.into_iter().map(tasks).collect()
}
