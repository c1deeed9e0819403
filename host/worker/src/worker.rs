//! The loop of a worker: it does what the supervisor says, and works on when there is
//! none.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::control::{
    FromWorker, HEARTBEAT, Heartbeat, Hello, Reply, Request, SpoutMode, ToWorker,
};
use stormcell_runtime::{RunError, Tasks};
use stormcell_topology::plain_text;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::changes::{self, Asked, Change, Changed, NOTHING};
use crate::config::{Ended, WorkerConfig, WorkerError};
use crate::control::{Control, Incoming, Outgoing};
use crate::heartbeat::heartbeat;

/// How long a worker without tasks waits for a supervisor.
const ALONE: Duration = Duration::from_secs(30);
/// How long telling the supervisor why a worker ends may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Runs a worker until its supervisor ends it. The caller holds its [`crate::Lock`],
/// and ends the process when this returns. Dropping the future ends the worker as
/// SIGKILL would.
///
/// # Errors
/// If it cannot work by its assignment, or a task fails for good.
pub async fn run(config: WorkerConfig) -> Result<Ended, WorkerError> {
    Worker::start(config).run().await
}

struct Worker {
    config: WorkerConfig,
    control: Control,
    /// The connection to the supervisor, if there is one, and the number of the last.
    supervisor: Option<Outgoing>,
    connection: u64,
    /// Changes wait here to be carried out, and what came of them here to be told.
    changes: mpsc::UnboundedSender<Change>,
    changed: mpsc::UnboundedReceiver<Changed>,
    /// What carries them out; dropping it ends it.
    _changer: JoinSet<()>,
    /// Whether it has, or prepares, tasks.
    assigned: bool,
    tasks: Option<Arc<Tasks>>,
    /// Looks for dead letters that are to be replayed; ends with this.
    replays: JoinSet<()>,
    /// The generation of the plan that they work by; 0: there are none.
    generation: u64,
    /// What the supervisor said last, for tasks that are prepared later.
    spouts: SpoutMode,
    alive: Option<Vec<WorkerIncarnation>>,
    /// Since when there is no supervisor.
    alone_since: Instant,
    heartbeats: Interval,
}

/// What a worker acts on.
enum Event {
    Control(Incoming),
    Changed(Changed),
    TaskFailed(RunError),
    PeerDied(WorkerIncarnation),
    Heartbeat,
    Alone,
}

/// Why the loop ends.
enum End {
    Ended(Ended),
    Failed(String),
}

impl Worker {
    fn start(config: WorkerConfig) -> Self {
        let (changes, asked) = mpsc::unbounded_channel();
        let (done, changed) = mpsc::unbounded_channel();
        let mut changer = JoinSet::new();
        changer.spawn(changes::carry_out(config.clone(), asked, done));
        let mut heartbeats = tokio::time::interval(HEARTBEAT);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            control: Control::open(Arc::clone(&config.network)),
            config,
            supervisor: None,
            connection: 0,
            changes,
            changed,
            _changer: changer,
            assigned: false,
            tasks: None,
            replays: JoinSet::new(),
            generation: 0,
            spouts: SpoutMode::Paused,
            alive: None,
            alone_since: Instant::now(),
            heartbeats,
        }
    }

    async fn run(mut self) -> Result<Ended, WorkerError> {
        loop {
            let event = self.next().await;
            match self.handle(event) {
                None => {}
                Some(End::Ended(ended)) => {
                    self.leave().await;
                    return Ok(ended);
                }
                Some(End::Failed(reason)) => return Err(self.fail(reason).await),
            }
        }
    }

    async fn next(&mut self) -> Event {
        let tasks = self.tasks.as_deref();
        let alone = !self.assigned && self.supervisor.is_none();
        // In this order, so that a simulation repeats.
        tokio::select! {
            biased;
            error = failure(tasks) => Event::TaskFailed(error),
            Some(changed) = self.changed.recv() => Event::Changed(changed),
            incoming = self.control.next() => Event::Control(incoming),
            peer = death(tasks) => Event::PeerDied(peer),
            _ = self.heartbeats.tick() => Event::Heartbeat,
            () = tokio::time::sleep_until(self.alone_since + ALONE), if alone => Event::Alone,
        }
    }

    fn handle(&mut self, event: Event) -> Option<End> {
        match event {
            Event::Control(Incoming::Connected(outgoing)) => self.greet(outgoing),
            Event::Control(Incoming::Message(message)) => return self.obey(*message),
            Event::Control(Incoming::Unreadable(reason)) => {
                return Some(End::Failed(format!(
                    "the assignment of this worker was {reason}; is the supervisor of another \
                     version?"
                )));
            }
            Event::Control(Incoming::Ended) => {
                self.supervisor = None;
                self.alone_since = Instant::now();
            }
            Event::Changed(changed) => return self.changed(changed),
            Event::TaskFailed(error) => return Some(End::Failed(error.to_string())),
            Event::PeerDied(peer) => self.say(FromWorker::PeerDied(peer)),
            Event::Heartbeat => self.heartbeat(),
            Event::Alone => {
                tracing::warn!("no supervisor for {ALONE:?} and nothing to do: ending");
                return Some(End::Ended(Ended::NoSupervisor));
            }
        }
        None
    }

    fn greet(&mut self, outgoing: Outgoing) {
        outgoing.send(FromWorker::Hello(Hello {
            topology: self.config.topology.clone(),
            worker: self.config.worker,
            pid: std::process::id(),
            generation: self.generation,
            spouts: self.spouts,
        }));
        self.supervisor = Some(outgoing);
        self.connection += 1;
        // A supervisor that has just come knows nothing of this worker.
        self.say(FromWorker::Heartbeat(Box::new(self.status())));
        self.heartbeats.reset();
    }

    fn obey(&mut self, message: ToWorker) -> Option<End> {
        match message {
            ToWorker::Assign(assignment) => {
                self.assigned = true;
                self.change(Change::Assign(assignment));
            }
            ToWorker::Peers { alive } => {
                if let Some(tasks) = &self.tasks {
                    tasks.peers(&alive);
                }
                self.alive = Some(alive);
            }
            ToWorker::Spouts { mode } => {
                if let Some(tasks) = &self.tasks {
                    tasks.spouts(mode);
                }
                self.spouts = mode;
            }
            ToWorker::Request { id, request } => {
                let asked = Asked {
                    connection: self.connection,
                    id,
                };
                self.request(asked, request);
            }
            ToWorker::Exit => {
                tracing::info!("the supervisor ends this worker");
                return Some(End::Ended(Ended::Told));
            }
        }
        None
    }

    /// Answers a request now, or has it carried out.
    fn request(&mut self, asked: Asked, request: Request) {
        let now = |tasks: Option<&Tasks>, done: &dyn Fn(&Tasks) -> Reply| match tasks {
            Some(tasks) => Ok(done(tasks)),
            None => Err(NOTHING.to_owned()),
        };
        let tasks = self.tasks.as_deref();
        let result = match request {
            Request::Probe => now(tasks, &|tasks| Reply::Probed(tasks.probe())),
            Request::Freeze { frozen } => now(tasks, &|tasks| {
                tasks.freeze(frozen);
                Reply::Done
            }),
            Request::Abandon => now(tasks, &|tasks| {
                tasks.abandon();
                Reply::Done
            }),
            Request::Replan(assignment) => {
                return self.change(Change::Replan(asked, assignment));
            }
            Request::Close { tasks, finished } => {
                return self.change(Change::Close {
                    asked,
                    tasks,
                    finished,
                });
            }
            Request::Swap {
                component,
                digest,
                tasks,
            } => {
                return self.change(Change::Swap {
                    asked,
                    component,
                    digest,
                    tasks,
                });
            }
        };
        self.answer(asked, result);
    }

    fn change(&self, change: Change) {
        // What carries changes out lives as long as this.
        let _ = self.changes.send(change);
    }

    fn changed(&mut self, changed: Changed) -> Option<End> {
        match changed {
            Changed::Prepared(tasks) => {
                if let Some(alive) = &self.alive {
                    tasks.peers(alive);
                }
                tasks.spouts(self.spouts);
                let replaying = Arc::clone(&tasks);
                self.replays.spawn(async move { replaying.replay().await });
                self.tasks = Some(tasks);
            }
            Changed::Ready { generation } => {
                self.generation = generation;
                tracing::info!(generation, "tasks are prepared");
                self.say(FromWorker::Ready { generation });
            }
            Changed::Replanned { generation } => {
                self.generation = generation;
                tracing::info!(generation, "works by another plan");
            }
            Changed::Answer(asked, result) => self.answer(asked, result),
            Changed::Failed(reason) => return Some(End::Failed(reason)),
        }
        None
    }

    /// Answers a request, if the connection that it came on is still there.
    fn answer(&self, asked: Asked, result: Result<Reply, String>) {
        if asked.connection == self.connection {
            let id = asked.id;
            let result = result.map_err(plain_text::error);
            self.say(FromWorker::Reply { id, result });
        }
    }

    fn say(&self, message: FromWorker) {
        if let Some(supervisor) = &self.supervisor {
            supervisor.send(message);
        }
    }

    /// Sends a heartbeat, if the supervisor has taken what was sent before.
    fn heartbeat(&self) {
        if self.supervisor.as_ref().is_some_and(Outgoing::is_clear) {
            self.say(FromWorker::Heartbeat(Box::new(self.status())));
        }
    }

    fn status(&self) -> Heartbeat {
        heartbeat(
            &self.config.topology,
            self.tasks.as_deref(),
            self.generation,
            self.spouts,
        )
    }

    /// Tells why the worker cannot go on.
    async fn fail(self, reason: String) -> WorkerError {
        let reason = plain_text::error(reason);
        tracing::error!("{reason}");
        self.say(FromWorker::Failed {
            reason: reason.clone(),
        });
        let (topology, worker) = (self.config.topology.clone(), self.config.worker);
        self.leave().await;
        WorkerError::Failed {
            topology,
            worker,
            reason,
        }
    }

    /// Tells at last what it did.
    async fn leave(mut self) {
        self.say(FromWorker::Leaving(Box::new(self.status())));
        // Nothing is done that is not told.
        self.tasks = None;
        self.replays = JoinSet::new();
        self.supervisor = None;
        self.control.close(FAREWELL).await;
    }
}

/// The first task that fails; never, if there are none.
async fn failure(tasks: Option<&Tasks>) -> RunError {
    match tasks {
        Some(tasks) => tasks.failure().await,
        None => std::future::pending().await,
    }
}

/// The next worker that a link finds dead.
async fn death(tasks: Option<&Tasks>) -> WorkerIncarnation {
    match tasks {
        Some(tasks) => tasks.death().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
