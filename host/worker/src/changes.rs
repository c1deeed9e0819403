//! What takes long: making tasks, closing them, swapping them, taking another plan.
//!
//! Changes are carried out one at a time, in the order in which they were asked for.
//! Meanwhile the worker answers everything else.

use std::sync::Arc;

use stormcell_protocol::control::{Assignment, Reply};
use stormcell_runtime::{Options, Place, Tasks, WorkerPlace};
use tokio::sync::mpsc;

use crate::WorkerConfig;
use crate::job::job;
use crate::modules;

/// A request, and the connection it came on: its answer belongs to both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) connection: u64,
    pub(crate) id: u64,
}

/// A change of what runs here.
#[derive(Debug)]
pub(crate) enum Change {
    /// The first assignment, or one that says what is known.
    Assign(Box<Assignment>),
    /// See [`stormcell_protocol::control::Request::Replan`].
    Replan(Asked, Box<Assignment>),
    /// See [`stormcell_protocol::control::Request::Close`].
    Close {
        asked: Asked,
        tasks: Vec<u32>,
        finished: bool,
    },
    /// See [`stormcell_protocol::control::Request::Swap`].
    Swap {
        asked: Asked,
        component: String,
        digest: String,
        tasks: Vec<u32>,
    },
}

/// What came of a change.
pub(crate) enum Changed {
    /// The tasks of the first assignment are prepared.
    Prepared(Arc<Tasks>),
    /// The worker works by the plan of this generation.
    Ready { generation: u64 },
    /// It works by another plan than before, of this generation.
    Replanned { generation: u64 },
    /// A request is carried out, or could not be.
    Answer(Asked, Result<Reply, String>),
    /// The worker cannot go on: why.
    Failed(String),
}

/// Carries out changes until nobody asks for any more.
pub(crate) async fn carry_out(
    config: WorkerConfig,
    mut changes: mpsc::UnboundedReceiver<Change>,
    done: mpsc::UnboundedSender<Changed>,
) {
    let mut changer = Changer {
        config,
        current: None,
        done,
    };
    while let Some(change) = changes.recv().await {
        changer.carry_out(change).await;
    }
}

/// What runs here.
struct Current {
    assignment: Box<Assignment>,
    tasks: Arc<Tasks>,
}

struct Changer {
    config: WorkerConfig,
    current: Option<Current>,
    done: mpsc::UnboundedSender<Changed>,
}

/// Why a change was not made.
enum Refused {
    /// Everything is as it was.
    Unchanged(String),
    /// The worker cannot go on.
    Broken(String),
}

impl Changer {
    async fn carry_out(&mut self, change: Change) {
        match change {
            Change::Assign(assignment) => match self.assign(assignment).await {
                Ok(generation) => self.tell(Changed::Ready { generation }),
                Err(reason) => self.tell(Changed::Failed(reason)),
            },
            Change::Replan(asked, assignment) => match self.replan(assignment).await {
                Ok(()) => self.tell(Changed::Answer(asked, Ok(Reply::Done))),
                Err(Refused::Unchanged(reason)) => self.tell(Changed::Answer(asked, Err(reason))),
                Err(Refused::Broken(reason)) => {
                    self.tell(Changed::Answer(asked, Err(reason.clone())));
                    self.tell(Changed::Failed(reason));
                }
            },
            Change::Close {
                asked,
                tasks,
                finished,
            } => {
                let result = match &self.current {
                    Some(current) => {
                        current.tasks.close(&tasks, finished).await;
                        Ok(Reply::Done)
                    }
                    None => Err(NOTHING.to_owned()),
                };
                self.tell(Changed::Answer(asked, result));
            }
            Change::Swap {
                asked,
                component,
                digest,
                tasks,
            } => {
                let result = self.swap(&component, &digest, &tasks).await;
                let result = result.map(|pauses_us| Reply::Swapped { pauses_us });
                self.tell(Changed::Answer(asked, result));
            }
        }
    }

    fn tell(&self, what: Changed) {
        // If nobody listens, the worker has ended.
        let _ = self.done.send(what);
    }

    /// Prepares tasks, and returns the generation that they work by.
    async fn assign(&mut self, assignment: Box<Assignment>) -> Result<u64, String> {
        let wanted = assignment.plan.generation();
        if let Some(current) = &self.current {
            let generation = current.assignment.plan.generation();
            if wanted <= generation {
                return Ok(generation);
            }
            return match self.replan(assignment).await {
                Ok(()) => Ok(wanted),
                Err(Refused::Unchanged(reason) | Refused::Broken(reason)) => Err(reason),
            };
        }
        let job = job(&assignment, &self.config.topology, &self.config.library)
            .await
            .map_err(|error| error.to_string())?;
        let options = Options {
            fault: None,
            seed: self.config.own_seed(),
            message_timeout: assignment.message_timeout,
            max_pending: assignment.max_pending,
            output: Arc::clone(&self.config.output),
            dead_letters: self.config.dead_letters.clone(),
            state: Arc::clone(&self.config.state),
            replay_only: assignment.replay_only,
        };
        let place = Place::Worker(WorkerPlace {
            me: self.config.worker,
            topology: self.config.topology.clone(),
            network: Arc::clone(&self.config.network),
        });
        let tasks = Tasks::prepare(job, options, place)
            .await
            .map_err(|error| error.to_string())?;
        let tasks = Arc::new(tasks);
        self.tell(Changed::Prepared(Arc::clone(&tasks)));
        self.current = Some(Current { assignment, tasks });
        Ok(wanted)
    }

    async fn replan(&mut self, assignment: Box<Assignment>) -> Result<(), Refused> {
        let Some(current) = &mut self.current else {
            return Err(Refused::Unchanged(NOTHING.to_owned()));
        };
        let (generation, has) = (
            assignment.plan.generation(),
            current.assignment.plan.generation(),
        );
        if generation == has {
            return Ok(());
        }
        if generation < has {
            return Err(Refused::Unchanged(format!(
                "the plan of generation {generation} is out of date: this worker works by \
                 generation {has}"
            )));
        }
        // The plan is in force already, so a worker that cannot take it must not go on.
        let job = job(&assignment, &self.config.topology, &self.config.library)
            .await
            .map_err(|error| Refused::Broken(error.to_string()))?;
        let replanned = current.tasks.replan(job).await;
        replanned.map_err(|error| Refused::Broken(error.to_string()))?;
        current.assignment = assignment;
        self.tell(Changed::Replanned { generation });
        Ok(())
    }

    /// Swaps those of `tasks` that are here and do not run the file yet.
    async fn swap(
        &mut self,
        component: &str,
        digest: &str,
        tasks: &[u32],
    ) -> Result<Vec<u64>, String> {
        let current = self.current.as_mut().ok_or(NOTHING)?;
        let module = current.assignment.modules.components.get(component);
        let module = module.ok_or_else(|| {
            format!("the topology has no component `{component}`; nothing was swapped")
        })?;
        let here: Vec<u32> = current
            .assignment
            .plan
            .tasks()
            .iter()
            .filter(|task| task.component == component)
            .filter(|task| task.worker == self.config.worker.worker)
            .map(|task| task.id)
            .collect();
        let mut swapped = here.clone();
        swapped.retain(|task| tasks.contains(task) && module.of(*task) != digest);
        if swapped.is_empty() {
            return Ok(Vec::new());
        }
        let mut assignment = current.assignment.clone();
        let module = modules::swap(module, &here, digest, &swapped)?;
        let modules = &mut assignment.modules.components;
        modules.insert(component.to_owned(), module);
        let job = job(&assignment, &self.config.topology, &self.config.library)
            .await
            .map_err(|error| error.to_string())?;
        let pauses = current
            .tasks
            .swap(job, &swapped)
            .await
            .map_err(|error| error.to_string())?;
        current.assignment = assignment;
        Ok(pauses)
    }
}

/// The answer to what only a worker with tasks can do.
pub(crate) const NOTHING: &str = "this worker has no tasks yet: it has not prepared an assignment";
