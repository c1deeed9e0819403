//! What a rebalance would change.

use std::collections::{BTreeMap, BTreeSet};

use stormcell_groupings::KeyGroups;
use stormcell_protocol::api::{PlanChange, Problem, ProblemCode, Rebalance, TaskChange};
use stormcell_topology::rebalance::{Fate, RebalanceError, Rebalanced};
use stormcell_topology::{Plan, admission, rebalance};

use super::Target;
use crate::Coordinator;
use crate::operation::problem;

impl Coordinator {
    /// What the topology is to be after this request.
    pub(super) fn target(&self, asked: &Rebalance) -> Result<Target, Problem> {
        if let Some(ended) = self.not_running() {
            return Err(ended);
        }
        asked
            .check()
            .map_err(|message| problem(ProblemCode::Invalid, message))?;
        let plan = &self.record.plan;
        let rebalanced = rebalance(&self.topology, plan, asked.workers, &asked.parallelism);
        let Rebalanced { plan: next, change } = match rebalanced {
            Ok(rebalanced) => rebalanced,
            Err(RebalanceError::Unchanged) if asked.dry_run => return Ok(self.unchanged()),
            Err(error @ RebalanceError::Unchanged) => {
                return Err(problem(ProblemCode::Conflict, error.to_string()));
            }
            Err(error) => return Err(problem(ProblemCode::Invalid, error.to_string())),
        };
        admission::admit(&self.topology, &next, self.worker_memory).map_err(|refused| {
            problem(
                ProblemCode::Conflict,
                format!("{refused}\nnothing has changed; {}", admission::MAKE_IT_FIT),
            )
        })?;
        let stays = |fate: &Fate| matches!(fate, Fate::Stays { .. });
        let closing = change.tasks.iter().filter(|task| task.fate.closes());
        let closes = closing.map(|task| task.id).collect();
        let unchanged = change.tasks.iter().filter(|task| stays(&task.fate)).count();
        let changed = change.tasks.iter().filter(|task| !stays(&task.fate));
        let tasks = changed
            .map(|task| TaskChange {
                task: task.id,
                component: task.component.clone(),
                index: task.index,
                from: task.fate.from(),
                to: task.fate.to(),
            })
            .collect();
        let change = PlanChange {
            from_generation: change.from_generation,
            to_generation: next.generation(),
            workers: change.workers,
            tasks,
            unchanged: u32::try_from(unchanged).unwrap_or(u32::MAX),
            key_groups_moved: key_groups_moved(plan, &next),
            applied: false,
        };
        Ok(Target {
            plan: next,
            change,
            closes,
        })
    }

    /// The plan as it is.
    fn unchanged(&self) -> Target {
        let plan = &self.record.plan;
        let generation = plan.generation();
        Target {
            plan: plan.clone(),
            change: PlanChange {
                from_generation: generation,
                to_generation: generation,
                workers: (plan.workers(), plan.workers()),
                tasks: Vec::new(),
                unchanged: u32::try_from(plan.tasks().len()).unwrap_or(u32::MAX),
                key_groups_moved: BTreeMap::new(),
                applied: false,
            },
            closes: BTreeSet::new(),
        }
    }

    /// Why a change of the topology has to wait: a worker that does not work.
    pub(crate) fn not_all_up(&self) -> Option<Problem> {
        let missing = self.planned().find(|worker| !worker.is_up())?;
        let state = self.worker_text(missing);
        let message = format!("{state}; every worker must work: try again when it does");
        Some(problem(ProblemCode::Busy, message))
    }
}

/// Of each component whose number of tasks changes: how many key groups get another task.
fn key_groups_moved(before: &Plan, after: &Plan) -> BTreeMap<String, u32> {
    let components = before.components().map(|(component, _)| component);
    components
        .filter(|component| before.task_counts(component) != after.task_counts(component))
        .filter_map(|component| {
            let old = key_groups(before.task_counts(component))?;
            let new = key_groups(after.task_counts(component))?;
            let moved = u32::try_from(old.moved(&new).count()).unwrap_or(u32::MAX);
            Some((component.to_owned(), moved))
        })
        .collect()
}

/// The key groups of a component that has had these numbers of tasks.
fn key_groups(counts: &[u32]) -> Option<KeyGroups> {
    let (first, rest) = counts.split_first()?;
    let first = KeyGroups::new(*first as usize).ok()?;
    rest.iter()
        .try_fold(first, |groups, &count| groups.rescaled(count as usize))
        .ok()
}
