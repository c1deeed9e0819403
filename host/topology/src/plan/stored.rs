//! How a plan is written down, and what is refused when one is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Plan, Task, ids_by_component};

/// A plan as it is written down.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    generation: u64,
    workers: u32,
    tasks: Vec<Task>,
    /// 0: the id after the highest one of `tasks`.
    #[serde(default)]
    next_id: u32,
    /// The history of each component's number of tasks; a component without one has
    /// always had as many as now.
    #[serde(default)]
    task_counts: BTreeMap<String, Vec<u32>>,
}

/// Why something is not a plan.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAPlan {
    /// No task or no worker.
    #[error("the plan has no {0}")]
    Without(&'static str),
    /// Ids are not ascending from 1.
    #[error("task {id} of the plan must have a higher id than the task before it, at least 1")]
    Order { id: u32 },
    /// A worker that there is not.
    #[error("task {id} of the plan is in worker {worker}, but the plan has {workers} workers")]
    Worker { id: u32, worker: u32, workers: u32 },
    /// Indexes are not consecutive from 0.
    #[error("task {id} of the plan has the index {found} in `{component}`, expected {expected}")]
    Index {
        id: u32,
        component: String,
        found: u32,
        expected: u32,
    },
    /// The history does not end with what the component has.
    #[error("the plan has {tasks} tasks of `{component}`, but says that it has {counts:?}")]
    Counts {
        component: String,
        tasks: u32,
        counts: Vec<u32>,
    },
    /// The next id has been used.
    #[error("the next task id of the plan is {next_id}, but task {id} has been made")]
    NextId { next_id: u32, id: u32 },
}

impl From<Plan> for Stored {
    fn from(plan: Plan) -> Self {
        Self {
            generation: plan.generation,
            workers: plan.workers,
            tasks: plan.tasks,
            next_id: plan.next_id,
            task_counts: plan
                .components
                .into_iter()
                .map(|(component, planned)| (component, planned.counts))
                .collect(),
        }
    }
}

impl TryFrom<Stored> for Plan {
    type Error = NotAPlan;

    fn try_from(mut stored: Stored) -> Result<Self, NotAPlan> {
        check_tasks(&stored)?;
        let last = stored.tasks.last().map_or(0, |task| task.id);
        let next_id = match stored.next_id {
            0 => last.saturating_add(1),
            next_id if next_id > last || next_id == u32::MAX => next_id,
            next_id => return Err(NotAPlan::NextId { next_id, id: last }),
        };
        let mut components = ids_by_component(&stored.tasks);
        for (component, planned) in &mut components {
            let tasks = planned.ids.len() as u32;
            let counts = stored
                .task_counts
                .remove(component)
                .unwrap_or_else(|| vec![tasks]);
            let consecutive = counts.windows(2).all(|pair| pair[0] != pair[1]);
            if counts.last() != Some(&tasks) || counts.contains(&0) || !consecutive {
                return Err(NotAPlan::Counts {
                    component: component.clone(),
                    tasks,
                    counts,
                });
            }
            planned.counts = counts;
        }
        if let Some((component, counts)) = stored.task_counts.pop_first() {
            return Err(NotAPlan::Counts {
                component,
                tasks: 0,
                counts,
            });
        }
        Ok(Self {
            generation: stored.generation,
            workers: stored.workers,
            tasks: stored.tasks,
            components,
            next_id,
        })
    }
}

fn check_tasks(stored: &Stored) -> Result<(), NotAPlan> {
    if stored.workers == 0 {
        return Err(NotAPlan::Without("worker"));
    }
    if stored.tasks.is_empty() {
        return Err(NotAPlan::Without("task"));
    }
    let mut before = 0;
    let mut indexes: BTreeMap<&str, u32> = BTreeMap::new();
    for task in &stored.tasks {
        let (id, worker, workers) = (task.id, task.worker, stored.workers);
        if id <= before {
            return Err(NotAPlan::Order { id });
        }
        before = id;
        if worker >= workers {
            return Err(NotAPlan::Worker {
                id,
                worker,
                workers,
            });
        }
        let index = indexes.entry(&task.component).or_default();
        if task.index != *index {
            return Err(NotAPlan::Index {
                id,
                component: task.component.clone(),
                found: task.index,
                expected: *index,
            });
        }
        *index += 1;
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
