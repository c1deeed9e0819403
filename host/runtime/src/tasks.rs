//! The tasks of a topology that run in this process, and everything that can be done
//! to them while they run.
//!
//! They are prepared first, and paused; then spouts are told to emit. In a worker the
//! supervisor's requests come here one after the other ([`stormcell_protocol::control`]);
//! a process that runs a whole topology does the same by itself ([`crate::run()`]).

mod change;
mod replay;
mod spawner;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use stormcell_acking::WorkerIncarnation;
use stormcell_links::{Links, LinksConfig};
use stormcell_protocol::control::{LinkCount, Probe, SpoutMode, TaskStatus};
use stormcell_protocol::{Ending, Report};
use stormcell_sandbox::CloseReason;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::abandoned::Abandoned;
use crate::error::RunError;
use crate::finish::Finish;
use crate::incoming::Incoming;
use crate::mailbox::{InFlight, Mailbox};
use crate::options::{Job, Options};
use crate::place::{Place, WorkerPlace};
use crate::replayed::Replayed;
use crate::task::failing::own;
use crate::task::{BoltTask, SpoutCommand, SpoutSetup, SpoutTask};
use crate::ticking::Ticking;
use crate::unbegun::Unbegun;
use crate::wiring::{Base, LocalEnd, Wiring};
use replay::Replays;
use spawner::{Spawner, joined};

/// How many tasks are prepared at the same time: enough to keep the threads busy while some
/// wait for a file, and few, since what is being prepared takes more memory than what is
/// prepared.
const PREPARED_AT_ONCE: usize = 256;

/// How to speak to a running task.
#[derive(Clone)]
enum Handle {
    Bolt(Arc<Mailbox>),
    Spout(mpsc::UnboundedSender<SpoutCommand>),
}

/// A task that is prepared and does not run yet.
enum Ready {
    Bolt(Box<BoltTask>),
    Spout(Box<SpoutTask>),
}

/// The tasks of a topology that run in this process. When it is dropped they end at once,
/// in the middle of what they do.
pub struct Tasks {
    base: Arc<Base>,
    wiring: Arc<RwLock<Arc<Wiring>>>,
    _unbegun: Unbegun,
    handles: Mutex<BTreeMap<u32, Handle>>,
    mode: Mutex<SpoutMode>,
    spawner: Spawner,
    incoming: Option<Arc<Incoming>>,
    deaths: tokio::sync::Mutex<mpsc::UnboundedReceiver<WorkerIncarnation>>,
    /// Held by whoever changes tasks.
    changing: tokio::sync::Mutex<()>,
    replays: tokio::sync::Mutex<Replays>,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        // It holds the links, which hold it.
        if let Some(incoming) = &self.incoming {
            incoming.clear();
        }
    }
}

impl Tasks {
    /// Prepares the tasks of this place. Spouts are paused. The links of a worker listen
    /// when this returns.
    ///
    /// # Errors
    /// If a task cannot be prepared, or the links cannot listen.
    pub async fn prepare(job: Job, options: Options, place: Place) -> Result<Self, RunError> {
        let (deaths, died) = mpsc::unbounded_channel();
        let mut incoming = None;
        let mut others = None;
        if let Place::Worker(WorkerPlace {
            me,
            topology,
            network,
        }) = &place
        {
            let inbox = Arc::new(Incoming::new(*me, deaths));
            let config = LinksConfig {
                topology: topology.clone(),
                me: *me,
                network: Arc::clone(network),
                inbox: Arc::clone(&inbox) as Arc<dyn stormcell_links::Inbox>,
            };
            let links = Links::start(config).await.map_err(RunError::Listen)?;
            others = Some((links, Arc::clone(&inbox.peers)));
            incoming = Some(inbox);
        }
        let in_flight = Arc::new(InFlight::default());
        let replayed = Replayed::new(options.dead_letters.is_some());
        let base = Arc::new(Base {
            options,
            place,
            finish: Arc::new(Finish::new()),
            replayed,
            abandoned: Abandoned::new(),
            ticking: Arc::new(Ticking::new(Arc::clone(&in_flight))),
            in_flight,
            waiters: Arc::default(),
            others,
        });
        let wiring = Arc::new(Wiring::new(job, Arc::clone(&base), None)?);
        let current = Arc::new(RwLock::new(Arc::clone(&wiring)));
        let tasks = Self {
            base,
            _unbegun: Unbegun::look_after(&current),
            wiring: current,
            handles: Mutex::default(),
            mode: Mutex::new(SpoutMode::Paused),
            spawner: Spawner::start(),
            incoming,
            deaths: tokio::sync::Mutex::new(died),
            changing: tokio::sync::Mutex::default(),
            replays: tokio::sync::Mutex::default(),
        };
        if let Some(incoming) = &tasks.incoming {
            incoming.set(&wiring);
        }
        tasks.add(&wiring, wiring.local.keys().copied()).await?;
        Ok(tasks)
    }

    /// Prepares tasks, and starts them when all are prepared.
    async fn add(
        &self,
        wiring: &Arc<Wiring>,
        tasks: impl Iterator<Item = u32>,
    ) -> Result<(), RunError> {
        let tasks: Vec<u32> = tasks.collect();
        let at_once = tasks.len().min(PREPARED_AT_ONCE);
        let tasks = Arc::new(Mutex::new(tasks.into_iter()));
        let mut preparing = JoinSet::new();
        for _ in 0..at_once {
            preparing.spawn(all_ready(Arc::clone(wiring), Arc::clone(&tasks)));
        }
        let mut prepared = BTreeMap::new();
        while let Some(ready) = preparing.join_next().await {
            for (task, handle, ready) in joined(ready)? {
                prepared.insert(task, (handle, ready));
            }
        }
        let mode = *self.mode.lock();
        for (task, (handle, ready)) in prepared {
            if let Handle::Spout(commands) = &handle
                && mode != SpoutMode::Paused
            {
                // The receiver is in `ready`.
                let _ = commands.send(SpoutCommand::Mode(mode));
            }
            self.handles.lock().insert(task, handle);
            match ready {
                Ready::Bolt(bolt) => self.spawner.spawn(bolt.run()),
                Ready::Spout(spout) => self.spawner.spawn(spout.run()),
            }
        }
        Ok(())
    }

    pub(crate) fn wiring(&self) -> Arc<Wiring> {
        Arc::clone(&self.wiring.read())
    }

    /// What spouts are to do from now on.
    pub fn spouts(&self, mode: SpoutMode) {
        if mode == SpoutMode::Active {
            self.base.finish.begin();
        }
        *self.mode.lock() = mode;
        self.command(|| SpoutCommand::Mode(mode));
    }

    /// What spouts were told last.
    pub fn mode(&self) -> SpoutMode {
        *self.mode.lock()
    }

    /// The incarnations that are alive, as the supervisor says.
    pub fn peers(&self, alive: &[WorkerIncarnation]) {
        if let Some((links, _)) = &self.base.others {
            links.peers(alive);
        }
    }

    /// Waits for the death of another worker that this one has noticed; for ever if
    /// there are no others.
    pub async fn death(&self) -> WorkerIncarnation {
        match self.deaths.lock().await.recv().await {
            Some(peer) => peer,
            None => std::future::pending().await,
        }
    }

    /// Whether bolts are kept from ticking.
    pub fn freeze(&self, frozen: bool) {
        self.base.ticking.freeze(frozen);
    }

    /// How much is left to do here.
    pub fn probe(&self) -> Probe {
        let finish = &self.base.finish;
        let mut links = Vec::new();
        let mut waiting = 0;
        if let Some((others, _)) = &self.base.others {
            waiting = others.waiting_rows();
            links.extend(others.counts().into_iter().map(|count| LinkCount {
                peer: count.peer,
                sent: count.sent,
                received: count.received,
            }));
        }
        Probe {
            idle: self.base.in_flight.rows() == 0 && waiting == 0,
            settled: finish.spouts_settled(),
            ended: finish.spouts_ended() && !self.base.replayed.are_left(),
            links,
        }
    }

    /// Has tasks work off what they were sent, closes their components, and waits until
    /// they have ended. Tasks that are not here are passed over.
    pub async fn close(&self, tasks: &[u32], finished: bool) {
        // They are waited for without an end, so that none is late.
        let _ = self
            .close_until(tasks, finished, std::future::pending())
            .await;
    }

    /// As [`Self::close`], but waits only until `over`.
    ///
    /// # Errors
    /// If that came first: the tasks that have not ended.
    pub(crate) async fn close_until(
        &self,
        tasks: &[u32],
        finished: bool,
        over: impl Future<Output = ()>,
    ) -> Result<(), Vec<u32>> {
        let reason = match finished {
            true => CloseReason::Finished,
            false => CloseReason::Stopped,
        };
        let mut closing = Vec::new();
        for &task in tasks {
            let Some(handle) = self.handles.lock().remove(&task) else {
                continue;
            };
            match handle {
                Handle::Bolt(mailbox) => closing.push((task, mailbox.close(reason))),
                Handle::Spout(commands) => {
                    let (done, closed) = oneshot::channel();
                    let _ = commands.send(SpoutCommand::Close(reason, done));
                    closing.push((task, closed));
                }
            }
        }
        let all = async {
            for (_, closed) in &mut closing {
                // A task that has failed says nothing; its failure is reported elsewhere.
                let _ = closed.await;
            }
        };
        tokio::select! {
            biased;
            () = all => return Ok(()),
            () = over => {}
        }
        let open = |closed: &mut oneshot::Receiver<()>| {
            !closed.is_terminated() && closed.try_recv() == Err(TryRecvError::Empty)
        };
        let late = closing.into_iter();
        Err(late
            .filter_map(|(task, mut closed)| open(&mut closed).then_some(task))
            .collect())
    }

    /// Ends every task at once, in the middle of what it does.
    pub(crate) fn end(&self) {
        self.spawner.end();
    }

    /// Fails every tree in flight and drops every row that waits here. Tasks stop to search
    /// the rows that they hold for those at fault: what is left of such a call fails.
    pub fn abandon(&self) {
        self.base.abandoned.set();
        self.command(|| SpoutCommand::Abandon);
        // Their trees fail anyway; to work them off could take very long.
        for handle in self.handles.lock().values() {
            if let Handle::Bolt(mailbox) = handle {
                mailbox.discard();
            }
        }
    }

    fn command(&self, command: impl Fn() -> SpoutCommand) {
        for handle in self.handles.lock().values() {
            if let Handle::Spout(commands) = handle {
                // A task that is gone is reported by the spawner.
                let _ = commands.send(command());
            }
        }
    }

    /// What the tasks here have done so far.
    pub fn report(&self) -> Report {
        self.wiring().report(Ending::Running)
    }

    /// The spout or bolt that this task of this process belongs to.
    pub fn component_of(&self, task: u32) -> Option<String> {
        let wiring = self.wiring();
        let local = wiring.local.get(&task)?;
        Some(wiring.component(local.at).id.clone())
    }

    /// How each task here does.
    pub fn task_status(&self) -> Vec<TaskStatus> {
        let wiring = self.wiring();
        let status = wiring.local.iter().map(|(&task, local)| {
            let digest = wiring.digest(task).unwrap_or_default();
            local.counts.status(task, digest)
        });
        status.collect()
    }

    /// Waits until every task has ended, all having been closed.
    pub(crate) async fn ended(&self) -> Result<(), RunError> {
        self.spawner.ended().await
    }

    /// Waits for a task that fails; for ever if none does.
    pub async fn failure(&self) -> RunError {
        self.spawner.failure().await
    }
}

/// Prepares tasks, one after the other, until none is left.
async fn all_ready(
    wiring: Arc<Wiring>,
    tasks: Arc<Mutex<std::vec::IntoIter<u32>>>,
) -> Result<Vec<(u32, Handle, Ready)>, RunError> {
    let mut prepared = Vec::new();
    loop {
        let next = tasks.lock().next();
        let Some(task) = next else {
            return Ok(prepared);
        };
        prepared.push(ready(&wiring, task).await?);
        // Others have work, too; a guest's call rarely yields by itself.
        tokio::task::yield_now().await;
    }
}

/// The bolts that do the same whenever they are given the same row.
fn repeatable(wiring: &Wiring) -> Arc<BTreeSet<String>> {
    let bolts = wiring.job.topology.repeatable_bolts();
    Arc::new(bolts.into_iter().map(str::to_owned).collect())
}

/// Prepares one task.
async fn ready(wiring: &Wiring, task: u32) -> Result<(u32, Handle, Ready), RunError> {
    let parts = wiring.parts(task).await?;
    let Some(local) = wiring.local.get(&task) else {
        unreachable!("its parts were found");
    };
    let component = wiring.component(local.at);
    let pacer = wiring.pacer(local.at);
    match &local.end {
        LocalEnd::Bolt(mailbox) => {
            let ticking = Arc::clone(&wiring.base.ticking);
            let bolt =
                BoltTask::prepare(parts, Arc::clone(mailbox), pacer, component.tick, ticking);
            let ready = Ready::Bolt(Box::new(bolt.await?));
            Ok((task, Handle::Bolt(Arc::clone(mailbox)), ready))
        }
        LocalEnd::Spout(tracker) => {
            let Some(settings) = &component.spout else {
                return Err(RunError::Host {
                    component: component.id.clone(),
                    task,
                    reason: "a spout without settings".to_owned(),
                });
            };
            let (commands, receiver) = mpsc::unbounded_channel();
            let setup = SpoutSetup {
                tracker: Arc::clone(tracker),
                account: Arc::clone(wiring.nodes[local.at].queues.account()),
                pacer,
                holders: wiring.holders.clone(),
                commands: receiver,
                finish: Arc::clone(&wiring.base.finish),
                acking: wiring.job.topology.acking(),
                message_timeout: wiring.message_timeout(settings),
                max_replays: settings.max_replays,
                own_rows: own::Limits {
                    gives_up: parts.dead_letters.is_some(),
                    max_replays: settings.own_max_replays,
                    same_exceptions: settings.same_exceptions,
                },
                same_exceptions: settings.same_exceptions,
                repeatable: repeatable(wiring),
                replay_only: wiring.base.options.replay_only,
            };
            let spout = SpoutTask::prepare(parts, setup).await?;
            Ok((task, Handle::Spout(commands), Ready::Spout(Box::new(spout))))
        }
    }
}
