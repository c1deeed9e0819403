//! The plan: which task is what, and in which worker it runs.
//!
//! Invariants: task ids are consecutive from 1; components are in the order of
//! their ids and the tasks of one are contiguous (Storm:
//! StormCommon.stormTaskInfoImpl). A plan never changes; a new one has a higher
//! generation, and workers refuse an older one than they have.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::model::Topology;

/// One task of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id, unique in the topology, from 1 on.
    pub id: u32,
    /// The id of its component.
    pub component: String,
    /// Which of its component's tasks it is, from 0 on.
    pub index: u32,
    /// The worker it runs in, from 0 on.
    pub worker: u32,
}

/// Which task is what, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    generation: u64,
    workers: u32,
    tasks: Vec<Task>,
}

impl Plan {
    /// Its generation: the first plan of a topology has 1.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How many workers it uses: at least 1.
    pub fn workers(&self) -> u32 {
        self.workers
    }

    /// Every task, by ascending id.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The task with this id.
    pub fn task(&self, id: u32) -> Option<&Task> {
        let position = usize::try_from(id.checked_sub(1)?).ok()?;
        self.tasks.get(position)
    }

    /// The ids of the tasks of a component; empty if there is no such component.
    pub fn tasks_of(&self, component: &str) -> Range<u32> {
        let start = self
            .tasks
            .partition_point(|t| t.component.as_str() < component);
        let end = self
            .tasks
            .partition_point(|t| t.component.as_str() <= component);
        match (self.tasks.get(start), end - start) {
            (Some(first), count) if count > 0 => {
                first.id
                    ..first
                        .id
                        .saturating_add(u32::try_from(count).unwrap_or(u32::MAX))
            }
            _ => 0..0,
        }
    }

    /// The components and the ids of their tasks, by ascending task id.
    pub fn components(&self) -> impl Iterator<Item = (&str, Range<u32>)> {
        self.tasks
            .chunk_by(|a, b| a.component == b.component)
            .filter_map(|tasks| {
                let (first, last) = (tasks.first()?, tasks.last()?);
                Some((
                    first.component.as_str(),
                    first.id..last.id.saturating_add(1),
                ))
            })
    }

    /// The same plan as a later generation.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }
}

/// Plans a topology for so many workers: tasks are dealt to the workers one by
/// one in the order of their ids (Storm: EvenScheduler). At least one worker is
/// used, and none that would have no task.
pub fn plan(topology: &Topology, workers: usize) -> Plan {
    let mut tasks = Vec::new();
    let total: u64 = topology
        .components()
        .iter()
        .map(|component| u64::from(component.parallelism))
        .sum();
    let workers = u32::try_from((workers as u64).clamp(1, total.max(1))).unwrap_or(u32::MAX);
    let mut id: u32 = 0;
    for component in topology.components() {
        for index in 0..component.parallelism {
            let worker = id % workers;
            id = id.saturating_add(1);
            tasks.push(Task {
                id,
                component: component.id.clone(),
                index,
                worker,
            });
        }
    }
    Plan {
        generation: 1,
        workers,
        tasks,
    }
}
