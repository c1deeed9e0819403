//! What the project wants to reach, as data, and whether it was reached.
//!
//! Each target has one or more goals. A goal compares medians of one benchmark: with
//! another engine's, so that the machine does not matter, or with a limit.

mod list;

use serde::Serialize;

use crate::engines::SUBJECT;
use crate::results::{Results, ratio};
use crate::{Better, Quantity, Shape};
use list::targets;

/// Something that is to be reached.
struct Target {
    /// Its number: `P1`.
    id: &'static str,
    /// The work, in a few words.
    work: &'static str,
    goals: Vec<Goal>,
}

/// A part of a target.
struct Goal {
    shape: Shape,
    quantity: Quantity,
    needed: Needed,
}

/// How good it must be.
enum Needed {
    /// So many times as good as another engine, of which the first counts that was
    /// measured.
    Times(f64, Vec<(&'static str, Shape)>),
    /// At least or at most so much, whichever is better.
    Limit(f64),
    /// A row that crosses to another process takes at most so many ns of CPU time: what
    /// a spout row costs more here than in the other shape, over the rows that cross for
    /// each.
    Hop {
        limit: f64,
        without: Shape,
        crossings: f64,
    },
}

/// Whether a goal was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was.
    Met,
    /// It was not.
    NotMet,
    /// Something that it needs was not run, or failed.
    NotMeasured,
}

/// What came of a goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The number of the target: `P1`.
    pub target: &'static str,
    /// The work, in a few words.
    pub work: &'static str,
    /// What is needed: `≥ 30 × storm-tuned`.
    pub needed: String,
    /// What was measured, in the unit of what is needed.
    pub measured: Option<f64>,
    /// Whether that is enough.
    pub outcome: Outcome,
}

/// What came of all goals.
pub(crate) fn verdicts(results: &Results) -> Vec<Verdict> {
    let verdict = |target: &Target, goal: &Goal| Verdict {
        target: target.id,
        work: target.work,
        needed: goal.needed(),
        measured: goal.measured(results),
        outcome: match goal.measured(results) {
            None => Outcome::NotMeasured,
            Some(measured) if goal.is_met_by(measured) => Outcome::Met,
            Some(_) => Outcome::NotMet,
        },
    };
    targets()
        .iter()
        .flat_map(|target| target.goals.iter().map(move |goal| verdict(target, goal)))
        .collect()
}

impl Goal {
    fn measured(&self, results: &Results) -> Option<f64> {
        let ours = results.median(SUBJECT, self.shape, self.quantity)?;
        match &self.needed {
            Needed::Times(_, others) => others.iter().find_map(|(engine, shape)| {
                let theirs = results.median(engine, *shape, self.quantity)?;
                ratio(self.quantity, ours, theirs)
            }),
            Needed::Limit(_) => Some(ours),
            Needed::Hop {
                without, crossings, ..
            } => {
                let without = results.median(SUBJECT, *without, self.quantity)?;
                // Seconds a million rows are microseconds a row.
                Some((ours - without) * 1e3 / crossings)
            }
        }
    }

    fn is_met_by(&self, measured: f64) -> bool {
        match (&self.needed, self.quantity.better()) {
            (Needed::Times(times, _), _) => measured >= *times,
            (Needed::Hop { limit, .. }, _) | (Needed::Limit(limit), Better::Less) => {
                measured <= *limit
            }
            (Needed::Limit(limit), Better::More) => measured >= *limit,
        }
    }

    fn needed(&self) -> String {
        let label = self.quantity.label();
        match (&self.needed, self.quantity.better()) {
            (Needed::Times(times, others), _) => {
                let other = others.first().map_or("", |(engine, _)| engine);
                format!("≥ {times} × {other}, {label}")
            }
            (Needed::Hop { limit, .. }, _) => format!("≤ {limit} ns CPU a hop"),
            (Needed::Limit(limit), Better::Less) => format!("≤ {} {label}", tenths(*limit)),
            (Needed::Limit(limit), Better::More) => format!("≥ {} {label}", tenths(*limit)),
        }
    }
}

/// To a tenth, which is enough for people.
fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests;
