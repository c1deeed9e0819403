//! The plan: which task is what, and in which worker it runs.
//!
//! Invariants:
//! - task ids are unique in the topology and never used again: a task that a later
//!   plan adds has a higher id than every task before it;
//! - the ids of a component's tasks ascend with their index, and the indexes are
//!   consecutive from 0;
//! - in the first plan ids are consecutive from 1, components in the order of their
//!   ids, the tasks of one contiguous (Storm: StormCommon.stormTaskInfoImpl);
//! - every component has a task, and every task a worker below [`Plan::workers`].
//!
//! A plan never changes; a new one ([`crate::rebalance`]) has a higher generation,
//! and workers refuse an older one than they have. What is read as a plan and breaks
//! an invariant is refused.

mod stored;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Topology;

/// The most workers that a topology may have: each is a process with a connection to
/// every other.
pub const MAX_WORKERS: u32 = 256;

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
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Plan {
    generation: u64,
    workers: u32,
    /// By ascending id.
    tasks: Vec<Task>,
    components: BTreeMap<String, Planned>,
    next_id: u32,
}

/// The tasks of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Planned {
    /// Their ids, by ascending index.
    ids: Vec<u32>,
    /// How many it has had, the present number last.
    counts: Vec<u32>,
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
        let position = self.tasks.binary_search_by_key(&id, |task| task.id).ok()?;
        self.tasks.get(position)
    }

    /// The ids of the tasks of a component, ascending, the first that of index 0; none
    /// if there is no such component.
    pub fn tasks_of(&self, component: &str) -> impl ExactSizeIterator<Item = u32> + Clone + '_ {
        let planned = self.components.get(component);
        planned
            .map_or(&[][..], |planned| &planned.ids)
            .iter()
            .copied()
    }

    /// The components, by ascending id, and the ids of their tasks as
    /// [`Plan::tasks_of`] gives them.
    pub fn components(
        &self,
    ) -> impl Iterator<Item = (&str, impl ExactSizeIterator<Item = u32> + Clone + '_)> {
        self.components
            .iter()
            .map(|(component, planned)| (component.as_str(), planned.ids.iter().copied()))
    }

    /// How many tasks a component has had since it was submitted, the present number
    /// last; two that follow each other differ. Empty if there is no such component.
    ///
    /// Which of its tasks has which keys follows from this whole history: its key
    /// groups were spread over the first number of tasks, then respread over the next,
    /// and so on.
    pub fn task_counts(&self, component: &str) -> &[u32] {
        let planned = self.components.get(component);
        planned.map_or(&[], |planned| &planned.counts)
    }

    /// The id that the next new task gets; higher than every id ever used. (After
    /// `u32::MAX` tasks there is none: [`crate::RebalanceError::NoTaskIds`].)
    pub fn next_id(&self) -> u32 {
        self.next_id
    }

    /// The same plan as a later generation.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// A plan that follows `before`: of these tasks, whose ids are below `next_id`.
    pub(crate) fn after(before: &Self, workers: u32, mut tasks: Vec<Task>, next_id: u32) -> Self {
        tasks.sort_by_key(|task| task.id);
        let mut components = ids_by_component(&tasks);
        for (component, planned) in &mut components {
            let mut counts = before.task_counts(component).to_vec();
            let now = planned.ids.len() as u32;
            if counts.last() != Some(&now) {
                counts.push(now);
            }
            planned.counts = counts;
        }
        Self {
            generation: before.generation.saturating_add(1),
            workers,
            tasks,
            components,
            next_id,
        }
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
    let mut components = ids_by_component(&tasks);
    for planned in components.values_mut() {
        planned.counts = vec![planned.ids.len() as u32];
    }
    Plan {
        generation: 1,
        workers,
        tasks,
        components,
        next_id: id.saturating_add(1),
    }
}

/// The ids of each component's tasks, by ascending index, without a history.
fn ids_by_component(tasks: &[Task]) -> BTreeMap<String, Planned> {
    let mut components: BTreeMap<String, Planned> = BTreeMap::new();
    for task in tasks {
        match components.get_mut(&task.component) {
            Some(planned) => planned.ids.push(task.id),
            None => {
                let planned = Planned {
                    ids: vec![task.id],
                    counts: Vec::new(),
                };
                components.insert(task.component.clone(), planned);
            }
        }
    }
    components
}
