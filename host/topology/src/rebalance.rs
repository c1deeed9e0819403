//! Another number of workers or tasks: the next plan, and what becomes of each task.
//!
//! Laws:
//! - even: the numbers of tasks of any two workers differ by at most one, and so do
//!   their numbers of tasks of any one component. (Both at once can always be had.)
//! - few moves: of all even plans it is one that leaves as many tasks as can be in
//!   their worker.
//! - a component that gets fewer tasks loses those with the highest indexes; tasks
//!   that are added have ids that were never used.
//! - the same request again changes nothing.

mod spread;

use std::collections::BTreeMap;

use crate::hint::did_you_mean;
use crate::model::{ComponentKind, GroupingSpec, MAX_PARALLELISM, Topology};
use crate::plan::{MAX_WORKERS, Plan, Task};
use crate::validate::{MAX_SPOUT_TASKS, MAX_TASKS};
use spread::spread;

/// The next plan, and how it differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebalanced {
    /// The next plan.
    pub plan: Plan,
    /// How it differs.
    pub change: Change,
}

/// How a plan differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The generation of the plan before. That of the next one is one higher.
    pub from_generation: u64,
    /// How many workers there were, and how many there will be.
    pub workers: (u32, u32),
    /// Every task of either plan, by ascending id.
    pub tasks: Vec<TaskChange>,
}

/// What becomes of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChange {
    /// Its id.
    pub id: u32,
    /// Its component.
    pub component: String,
    /// Which of its component's tasks it is, from 0 on.
    pub index: u32,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It goes on as it is.
    Stays {
        /// Its worker.
        worker: u32,
    },
    /// It stays in its worker and is made anew, because what it was told when it was
    /// prepared has changed: the number of its component's tasks, or the tasks of a
    /// component for which it chooses tasks itself (grouping `direct`).
    Remade {
        /// Its worker.
        worker: u32,
    },
    /// It is closed in one worker and made anew in another.
    Moves {
        /// The worker that it leaves.
        from: u32,
        /// The worker that it will be in.
        to: u32,
    },
    /// There was no such task.
    New {
        /// Its worker.
        to: u32,
    },
    /// It is closed for good.
    Gone {
        /// Its last worker.
        from: u32,
    },
}

impl Fate {
    /// The worker it was in; `None` if it is new.
    pub fn from(self) -> Option<u32> {
        match self {
            Self::Stays { worker } | Self::Remade { worker } => Some(worker),
            Self::Moves { from, .. } | Self::Gone { from } => Some(from),
            Self::New { .. } => None,
        }
    }

    /// The worker it will be in; `None` if it goes.
    pub fn to(self) -> Option<u32> {
        match self {
            Self::Stays { worker } | Self::Remade { worker } => Some(worker),
            Self::Moves { to, .. } | Self::New { to } => Some(to),
            Self::Gone { .. } => None,
        }
    }

    /// Whether an instance of the task that runs now is to be closed.
    pub fn closes(self) -> bool {
        !matches!(self, Self::Stays { .. } | Self::New { .. })
    }
}

/// Why there is no next plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebalanceError {
    /// There is no such component.
    #[error("the topology has no spout or bolt `{component}`{}", hint_after(.hint))]
    UnknownComponent {
        /// What was asked for.
        component: String,
        /// The nearest name, or which there are.
        hint: Option<String>,
    },
    /// No worker.
    #[error("a topology must have at least 1 worker; to stop its spouts, deactivate it")]
    NoWorker,
    /// More than [`MAX_WORKERS`].
    #[error("a topology may have {MAX_WORKERS} workers, but {found} are asked for")]
    TooManyWorkers {
        /// How many were asked for.
        found: u32,
    },
    /// No task of a component.
    #[error("`{component}` must have at least 1 task")]
    NoTask {
        /// The component.
        component: String,
    },
    /// More tasks of a component than [`MAX_PARALLELISM`].
    #[error("`{component}` may have {MAX_PARALLELISM} tasks, but {found} are asked for")]
    TooManyOfComponent {
        /// The component.
        component: String,
        /// How many were asked for.
        found: u32,
    },
    /// More than [`MAX_TASKS`], or [`MAX_SPOUT_TASKS`] of spouts.
    #[error("the topology would have {found} {what}, but may have {limit}")]
    TooManyTasks {
        /// `tasks` or `tasks of spouts`.
        what: &'static str,
        /// How many it would have.
        found: u64,
        /// How many it may have.
        limit: u64,
    },
    /// Another number of tasks of a component that keeps state.
    #[error(
        "`{component}` is granted `state`, so its number of tasks cannot change: each task keeps \
         values by key, and under another number of tasks other tasks would get the rows of \
         these keys. It has {tasks} task{}; to begin with another number, kill the topology and \
         submit it with another name", plural(*tasks)
    )]
    KeepsState {
        /// The component.
        component: String,
        /// How many tasks it has.
        tasks: u32,
    },
    /// So many tasks were added in its life that no id is left.
    #[error("the topology has used up its 4,294,967,295 task ids; kill it and submit it again")]
    NoTaskIds,
    /// The plan would be the same.
    #[error(
        "nothing would change: the topology has these numbers of workers and tasks already, \
         and its tasks are spread evenly"
    )]
    Unchanged,
}

fn plural(number: u32) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn hint_after(hint: &Option<String>) -> String {
    hint.as_ref()
        .map_or_else(String::new, |hint| format!("; {hint}"))
}

/// The next plan of a topology, with so many workers (`None`: as many as now) and so
/// many tasks of the components named. As in the first plan, no worker is used that
/// would have no task.
///
/// # Errors
/// [`RebalanceError`]; then nothing is to be done.
pub fn rebalance(
    topology: &Topology,
    plan: &Plan,
    workers: Option<u32>,
    parallelism: &BTreeMap<String, u32>,
) -> Result<Rebalanced, RebalanceError> {
    let counts = counts(topology, plan, parallelism)?;
    let total: u32 = counts.iter().map(|(_, count)| count).sum();
    let workers = match workers {
        Some(0) => return Err(RebalanceError::NoWorker),
        Some(found) if found > MAX_WORKERS => {
            return Err(RebalanceError::TooManyWorkers { found });
        }
        Some(workers) => workers.min(total),
        None => plan.workers().min(total),
    };
    let (tasks, next_id) = place(plan, &counts, workers)?;
    let next = Plan::after(plan, workers, tasks, next_id);
    if next.workers() == plan.workers() && next.tasks() == plan.tasks() {
        return Err(RebalanceError::Unchanged);
    }
    let change = change(topology, plan, &next);
    Ok(Rebalanced { plan: next, change })
}

/// How many tasks each component is to have, in the order of their ids.
fn counts<'p>(
    topology: &Topology,
    plan: &'p Plan,
    parallelism: &BTreeMap<String, u32>,
) -> Result<Vec<(&'p str, u32)>, RebalanceError> {
    for (component, &found) in parallelism {
        let component = component.clone();
        let tasks = plan.tasks_of(&component).len() as u32;
        if tasks == 0 {
            let known = plan.components().map(|(known, _)| known);
            let hint = did_you_mean(&component, known, "it has");
            return Err(RebalanceError::UnknownComponent { component, hint });
        }
        if found == 0 {
            return Err(RebalanceError::NoTask { component });
        }
        if found > MAX_PARALLELISM {
            return Err(RebalanceError::TooManyOfComponent { component, found });
        }
        let grants = topology.component(&component).map(|found| &found.grants);
        if found != tasks && grants.is_some_and(|grants| grants.state.is_some()) {
            return Err(RebalanceError::KeepsState { component, tasks });
        }
    }
    let counts: Vec<(&str, u32)> = plan
        .components()
        .map(|(component, tasks)| {
            let asked = parallelism.get(component).copied();
            (component, asked.unwrap_or(tasks.len() as u32))
        })
        .collect();
    let is_spout = |component: &str| {
        let component = topology.component(component);
        component.is_some_and(|component| component.kind == ComponentKind::Spout)
    };
    let sum = |counted: &dyn Fn(&str) -> bool| -> u64 {
        let counted = counts.iter().filter(|(component, _)| counted(component));
        counted.map(|(_, count)| u64::from(*count)).sum()
    };
    for (what, found, limit) in [
        ("tasks of spouts", sum(&is_spout), MAX_SPOUT_TASKS),
        ("tasks", sum(&|_| true), MAX_TASKS),
    ] {
        if found > limit {
            return Err(RebalanceError::TooManyTasks { what, found, limit });
        }
    }
    Ok(counts)
}

/// The tasks of the next plan, in no order, and the next id.
fn place(
    plan: &Plan,
    counts: &[(&str, u32)],
    workers: u32,
) -> Result<(Vec<Task>, u32), RebalanceError> {
    // Tasks that survive, by component and the worker they are in; those whose
    // worker goes are in none.
    let survivors: Vec<Vec<&Task>> = counts
        .iter()
        .map(|(component, count)| {
            let kept = plan.tasks_of(component).take(*count as usize);
            kept.filter_map(|id| plan.task(id)).collect()
        })
        .collect();
    let held: Vec<Vec<u32>> = survivors
        .iter()
        .map(|tasks| {
            let mut held = vec![0; workers as usize];
            for task in tasks {
                if let Some(held) = held.get_mut(task.worker as usize) {
                    *held += 1;
                }
            }
            held
        })
        .collect();
    let totals: Vec<u32> = counts.iter().map(|(_, count)| *count).collect();
    let wanted = spread(&held, &totals);

    let mut placed = Vec::new();
    let mut next_id = plan.next_id();
    for (((component, count), survivors), mut room) in counts.iter().zip(survivors).zip(wanted) {
        let mut homeless = Vec::new();
        let survived = survivors.len() as u32;
        for task in survivors {
            match room.get_mut(task.worker as usize) {
                Some(room) if *room > 0 => {
                    *room -= 1;
                    placed.push(task.clone());
                }
                _ => homeless.push((task.id, task.index)),
            }
        }
        for index in survived..*count {
            homeless.push((next_id, index));
            next_id = next_id.checked_add(1).ok_or(RebalanceError::NoTaskIds)?;
        }
        let free = room
            .iter()
            .zip(0..)
            .flat_map(|(&room, worker)| std::iter::repeat_n(worker, room as usize));
        for ((id, index), worker) in homeless.into_iter().zip(free) {
            placed.push(Task {
                id,
                component: (*component).to_owned(),
                index,
                worker,
            });
        }
    }
    Ok((placed, next_id))
}

fn change(topology: &Topology, before: &Plan, after: &Plan) -> Change {
    let resized =
        |component: &str| before.tasks_of(component).len() != after.tasks_of(component).len();
    let told_anew: BTreeMap<&str, bool> = after
        .components()
        .map(|(component, _)| {
            let chooses_anew = topology.outputs(component).any(|subscription| {
                subscription.grouping == GroupingSpec::Direct && resized(&subscription.to)
            });
            (component, resized(component) || chooses_anew)
        })
        .collect();
    let fate = |task: &Task| match (before.task(task.id), after.task(task.id)) {
        (Some(old), Some(new)) if old.worker != new.worker => Fate::Moves {
            from: old.worker,
            to: new.worker,
        },
        (Some(old), Some(_)) if told_anew.get(task.component.as_str()) == Some(&true) => {
            Fate::Remade { worker: old.worker }
        }
        (Some(old), Some(_)) => Fate::Stays { worker: old.worker },
        (None, _) => Fate::New { to: task.worker },
        (Some(old), None) => Fate::Gone { from: old.worker },
    };
    // Ids of new tasks are higher than all others.
    let new = after
        .tasks()
        .iter()
        .filter(|task| before.task(task.id).is_none());
    let tasks = before
        .tasks()
        .iter()
        .chain(new)
        .map(|task| TaskChange {
            id: task.id,
            component: task.component.clone(),
            index: task.index,
            fate: fate(task),
        })
        .collect();
    Change {
        from_generation: before.generation(),
        workers: (before.workers(), after.workers()),
        tasks,
    }
}
