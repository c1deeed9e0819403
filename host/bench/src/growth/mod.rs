//! How the cost of a tuple grows: with the size of tuples, the rows of a call, the number of
//! tasks, of distinct keys and of trees in flight, each by powers of ten.
//!
//! What is measured is CPU time, the same for whatever else the machine does. A topology
//! is run with some rows and with several times as many; the cost of a tuple is the
//! difference by the difference, so that what starting costs does not count. Every run
//! must ack every row.

mod calls;
mod dimension;
mod table;
mod topology;

use serde::Serialize;

use crate::{BenchError, Spread, Surroundings};
pub use dimension::Dimension;
pub use table::text;

/// What one dimension gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Growth {
    /// What grew.
    pub dimension: Dimension,
    /// By powers of ten, ascending.
    pub steps: Vec<Step>,
}

/// The cost at one size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The size.
    pub size: u64,
    /// CPU time of a tuple of the spout through the whole topology, ns; the median.
    pub tuple_ns: f64,
    /// The same of a byte, if it is the size of tuples that grows.
    pub byte_ns: Option<f64>,
    /// The cost of a tuple by that of the step before.
    pub ratio: Option<f64>,
    /// CPU time of a run that does not depend on its rows, ms; the median.
    pub start_ms: Option<f64>,
    /// The most memory that was resident in any run, MiB.
    pub memory_mib: Option<f64>,
}

/// What one run or pair of runs gave.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    tuple_ns: f64,
    start_ms: Option<f64>,
    memory_mib: Option<f64>,
}

/// Measures one dimension: each size as often as `runs` says, one size after the other and
/// then all again, so that a machine that slows down slows all of them. `told` hears what
/// is measured.
///
/// # Errors
/// [`BenchError`] if a component cannot be built, a run fails or a row is lost.
pub fn measure(
    dimension: Dimension,
    runs: u32,
    surroundings: &Surroundings,
    told: &dyn Fn(&str),
) -> Result<Growth, BenchError> {
    let sizes = dimension.sizes(surroundings.quick);
    let mut costs = vec![Vec::new(); sizes.len()];
    for run in 1..=runs {
        for (size, costs) in sizes.iter().zip(&mut costs) {
            told(&format!(
                "{}: {size}, run {run} of {runs}",
                dimension.about()
            ));
            costs.push(cost(dimension, *size, surroundings)?);
        }
    }
    let mut steps: Vec<Step> = Vec::new();
    for (size, costs) in sizes.into_iter().zip(costs) {
        let tuple_ns = median(costs.iter().map(|cost| cost.tuple_ns));
        let known = |of: fn(&Cost) -> Option<f64>| costs.iter().filter_map(of);
        let starts: Vec<f64> = known(|cost| cost.start_ms).collect();
        steps.push(Step {
            size,
            tuple_ns,
            byte_ns: (dimension == Dimension::TupleSize).then(|| tuple_ns / size as f64),
            ratio: steps.last().map(|before| tuple_ns / before.tuple_ns),
            start_ms: (!starts.is_empty()).then(|| median(starts.iter().copied())),
            memory_mib: known(|cost| cost.memory_mib).reduce(f64::max),
        });
    }
    Ok(Growth { dimension, steps })
}

/// The one in the middle; there is at least one run.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    Spread::of(values).map_or(f64::NAN, |spread| spread.median)
}

fn cost(dimension: Dimension, size: u64, surroundings: &Surroundings) -> Result<Cost, BenchError> {
    match dimension {
        Dimension::BatchSize => calls::cost(size, surroundings),
        _ => topology::cost(dimension, size, surroundings),
    }
}
