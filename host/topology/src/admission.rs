//! Whether a topology fits the memory that its workers have.
//!
//! What an instance may grow to is its limit `memory`, and that holds whatever it does.
//! So if the limits of all instances of a worker together are not more than what the
//! worker may use, no component can take from another what that was promised. A task is
//! an instance of its component, and one of each custom grouping of a stream that it
//! emits.
//!
//! What the instances leave is for rows, and it is parted before anything runs
//! ([`row_memory`]): the rows of one component never take what was promised to those of
//! another. A worker has room for [`ROWS_AT_LEAST`] of each component, or it is refused.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{GroupingSpec, Topology};
use crate::plan::Plan;
use crate::units::Size;

/// What to do about a topology that does not fit the workers of a supervisor.
pub const MAKE_IT_FIT: &str = "use more workers (--workers), lower `limits: {memory: ...}` of \
    its components, or serve with more --worker-memory";

/// Bytes that the rows of each component may take in each worker, whatever else is there:
/// as much as one call of a bolt is given.
pub const ROWS_AT_LEAST: u64 = 4 << 20;

/// How many lines a message has for components; the others are added up in one.
const LINES: usize = 20;

/// Whether the tasks of each worker fit its memory.
///
/// # Errors
/// If they do not in some worker: the one whose tasks may use most.
pub fn admit(topology: &Topology, plan: &Plan, budget: u64) -> Result<(), DoesNotFit> {
    fits(topology, plan, budget, None)
}

/// Whether they also do while the tasks of this component are exchanged: a worker
/// prepares all new instances of a bolt before the old ones end.
///
/// # Errors
/// As for [`admit`].
pub fn admit_deployment(
    topology: &Topology,
    plan: &Plan,
    budget: u64,
    component: &str,
) -> Result<(), DoesNotFit> {
    fits(topology, plan, budget, Some(component))
}

/// The instances of a kind in one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What they are, for people: a component, or a custom grouping.
    pub what: String,
    /// How many there are.
    pub instances: u64,
    /// Bytes that each may use.
    pub each: u64,
}

impl Share {
    /// Bytes that all of them may use.
    pub fn sum(&self) -> u64 {
        self.instances.saturating_mul(self.each)
    }
}

/// The tasks of a worker may use more memory than it has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DoesNotFit {
    /// The topology.
    pub topology: String,
    /// The worker.
    pub worker: u32,
    /// Its instances, those first that may use most together.
    pub shares: Vec<Share>,
    /// Bytes that a worker may use.
    pub budget: u64,
}

impl DoesNotFit {
    /// Bytes that all instances of the worker may use together.
    pub fn sum(&self) -> u64 {
        sum(&self.shares)
    }
}

fn sum(shares: &[Share]) -> u64 {
    shares
        .iter()
        .fold(0, |sum, share| sum.saturating_add(share.sum()))
}

fn fits(
    topology: &Topology,
    plan: &Plan,
    budget: u64,
    exchanged: Option<&str>,
) -> Result<(), DoesNotFit> {
    let mut tasks: BTreeMap<u32, BTreeMap<&str, u64>> = BTreeMap::new();
    for task in plan.tasks() {
        let of_worker = tasks.entry(task.worker).or_default();
        *of_worker.entry(&task.component).or_default() += 1;
    }
    let worst = tasks
        .into_iter()
        .map(|(worker, tasks)| (worker, shares(topology, &tasks, exchanged)))
        // Of several the first.
        .rev()
        .max_by_key(|(_, shares)| sum(shares));
    match worst {
        Some((worker, mut shares)) if sum(&shares) > budget => {
            shares.sort_by(|a, b| (b.sum(), &a.what).cmp(&(a.sum(), &b.what)));
            Err(DoesNotFit {
                topology: topology.name().to_owned(),
                worker,
                shares,
                budget,
            })
        }
        _ => Ok(()),
    }
}

/// Bytes that the rows of each component may take in a process that may use `budget` and
/// has the tasks of the workers that it `runs`, in the order of the components: its
/// `row-memory`, or its share of what the instances of these tasks leave, if that is less.
///
/// Law: together they are not more than what is left, unless that is less than
/// [`ROWS_AT_LEAST`] each; and what one component does not want, others have.
pub fn row_memory(
    topology: &Topology,
    plan: &Plan,
    runs: impl Fn(u32) -> bool,
    budget: u64,
) -> Vec<u64> {
    let mut tasks: BTreeMap<&str, u64> = BTreeMap::new();
    for task in plan.tasks().iter().filter(|task| runs(task.worker)) {
        *tasks.entry(&task.component).or_default() += 1;
    }
    let left = budget.saturating_sub(sum(&instances(topology, &tasks, None)));
    let components = topology.components().iter();
    let wanted: Vec<u64> = components.map(|c| c.limits.row_memory).collect();
    part(left, &wanted)
}

/// Parts bytes among those who want so many each, equally as far as they want it.
fn part(bytes: u64, wanted: &[u64]) -> Vec<u64> {
    let mut by_size: Vec<usize> = (0..wanted.len()).collect();
    by_size.sort_by_key(|&at| wanted[at]);
    let mut parts = vec![0; wanted.len()];
    let mut left = bytes;
    for (before, &at) in by_size.iter().enumerate() {
        let equal = left / (wanted.len() - before) as u64;
        let part = wanted[at].min(equal);
        left -= part;
        parts[at] = part.max(wanted[at].min(ROWS_AT_LEAST));
    }
    parts
}

/// What a worker that has so many tasks of each component must have room for.
fn shares(topology: &Topology, tasks: &BTreeMap<&str, u64>, exchanged: Option<&str>) -> Vec<Share> {
    let mut shares = instances(topology, tasks, exchanged);
    shares.push(Share {
        what: "rows of each component, at least".to_owned(),
        instances: topology.components().len() as u64,
        each: ROWS_AT_LEAST,
    });
    shares
}

/// The instances of a worker that has so many tasks of each component.
fn instances(
    topology: &Topology,
    tasks: &BTreeMap<&str, u64>,
    exchanged: Option<&str>,
) -> Vec<Share> {
    let mut shares = Vec::new();
    for (&id, &instances) in tasks {
        let Some(component) = topology.component(id) else {
            continue;
        };
        let each = component.limits.memory;
        shares.push(Share {
            what: id.to_owned(),
            instances,
            each,
        });
        // A spout is closed before the next one is prepared.
        if exchanged == Some(id) && component.spout.is_none() {
            shares.push(Share {
                what: format!("{id}, its new instances"),
                instances,
                each,
            });
        }
        for subscription in topology.outputs(id) {
            if let GroupingSpec::Custom(custom) = &subscription.grouping {
                shares.push(Share {
                    what: format!("grouping of {id} to {}", subscription.to),
                    instances,
                    each: custom.limits.memory,
                });
            }
        }
    }
    shares
}

impl fmt::Display for DoesNotFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = |bytes| Size::new(bytes).to_string();
        let (sum, budget) = (size(self.sum()), size(self.budget));
        write!(
            f,
            "`{}` does not fit: the tasks of worker {} may use {sum} of memory together, and a \
             worker may use {budget}",
            self.topology, self.worker,
        )?;
        let mut lines = vec![["component", "tasks", "memory each", "together"].map(str::to_owned)];
        let (shown, others) = self.shares.split_at(self.shares.len().min(LINES));
        lines.extend(shown.iter().map(|share| {
            [
                share.what.clone(),
                share.instances.to_string(),
                size(share.each),
                size(share.sum()),
            ]
        }));
        if !others.is_empty() {
            let tasks: u64 = others.iter().map(|share| share.instances).sum();
            lines.push([
                format!("{} others", others.len()),
                tasks.to_string(),
                String::new(),
                size(self::sum(others)),
            ]);
        }
        lines.push(["sum".to_owned(), String::new(), String::new(), sum]);
        let widths = [0, 1, 2, 3].map(|column: usize| {
            let lengths = lines.iter().filter_map(|line| line.get(column));
            lengths.map(|cell| cell.chars().count()).max().unwrap_or(0)
        });
        for [what, tasks, each, together] in &lines {
            let [a, b, c, d] = widths;
            write!(f, "\n  {what:a$}  {tasks:>b$}  {each:>c$}  {together:>d$}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn what_one_does_not_want_others_have() {
        assert_eq!(
            part(100 * MIB, &[10 * MIB, 1 << 30, 1 << 30]),
            [10 * MIB, 45 * MIB, 45 * MIB]
        );
        assert_eq!(part(u64::MAX, &[1 << 30, 5]), [1 << 30, 5]);
        assert_eq!(part(100 * MIB, &[]), [0_u64; 0]);
    }

    #[test]
    fn everybody_has_enough_for_a_call() {
        assert_eq!(part(0, &[1 << 30, MIB]), [ROWS_AT_LEAST, MIB]);
    }

    /// Over many sizes: nobody has more than he wants, and all together no more than there
    /// is.
    #[test]
    fn parts_are_no_more_than_the_whole() {
        for seed in 1..500_u64 {
            let wanted: Vec<u64> = (1..=seed % 9)
                .map(|at| (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> at) % (300 * MIB))
                .collect();
            let bytes = (seed * 37 % 800 + wanted.len() as u64 * 4) * MIB;
            let parts = part(bytes, &wanted);
            assert!(
                parts
                    .iter()
                    .zip(&wanted)
                    .all(|(part, wanted)| part <= wanted)
            );
            assert!(
                parts.iter().sum::<u64>() <= bytes,
                "{bytes}: {wanted:?} {parts:?}"
            );
            let all: u64 = wanted.iter().sum();
            let rest = wanted.len() as u64;
            assert!(
                parts.iter().sum::<u64>() + rest >= all.min(bytes),
                "nothing is kept back"
            );
        }
    }
}
