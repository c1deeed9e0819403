//! One operator on one core: a component, called as its task calls it, beside the same
//! operator as a plain function, over the same batches.
//!
//! Both sides are measured in turn, a few milliseconds each, so that whatever else the
//! machine does slows both; what counts is the CPU time of the thread. One measurement
//! serves both engines, `stormcell` and `native`: each takes its side of it.

mod batches;
mod native;
mod sides;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use stormcell_batch::Columns;

use crate::{BenchError, Operator, Quantity, Sample, Surroundings};
use sides::Side;

pub(crate) use batches::emitted;
pub(crate) use native::{Count, split};

/// Rows in a call: as many as a task takes at once.
const ROWS: usize = 1_024;

/// Which side of a measurement is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorSide {
    /// The component, boundary included.
    Component,
    /// The plain function.
    Native,
}

/// Measurements of operators, shared by the engines that show one side each.
#[derive(Debug, Clone, Default)]
pub struct Operators(Arc<Mutex<Untaken>>);

/// Of measurements of which one side has been taken, the other.
#[derive(Debug, Default)]
struct Untaken(Vec<((Operator, OperatorSide), VecDeque<Sample>)>);

impl Untaken {
    fn of(&mut self, wanted: (Operator, OperatorSide)) -> &mut VecDeque<Sample> {
        let at = match self.0.iter().position(|(which, _)| *which == wanted) {
            Some(at) => at,
            None => {
                self.0.push((wanted, VecDeque::new()));
                self.0.len() - 1
            }
        };
        &mut self.0[at].1
    }
}

impl Operators {
    /// One side of the next measurement of an operator that it has not been told yet.
    ///
    /// # Errors
    /// [`BenchError`] if the component cannot be built or called, or if it does not do
    /// what the plain function does.
    pub fn measure(
        &self,
        operator: Operator,
        side: OperatorSide,
        surroundings: &Surroundings,
    ) -> Result<Sample, BenchError> {
        let mut untaken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sample) = untaken.of((operator, side)).pop_front() {
            return Ok(sample);
        }
        let [component, native] = measure(operator, surroundings)?;
        let (taken, other) = match side {
            OperatorSide::Component => (component, (OperatorSide::Native, native)),
            OperatorSide::Native => (native, (OperatorSide::Component, component)),
        };
        untaken.of((operator, other.0)).push_back(other.1);
        Ok(taken)
    }
}

/// The component's figures, and those of the plain function.
fn measure(operator: Operator, surroundings: &Surroundings) -> Result<[Sample; 2], BenchError> {
    let batches = batches::of(operator, surroundings)?;
    let direct = crate::direct::Direct::new(&surroundings.build)?;
    let mut component = sides::component(operator, &direct, surroundings)?;
    let mut native = sides::native(operator);
    sides::check_equal(operator, component.as_mut(), native.as_mut(), &batches)?;
    let mut times = [Duration::ZERO; 2];
    let mut passes = 0;
    let warm = Instant::now() + surroundings.warm_up.min(WARM_UP);
    let mut end = None;
    loop {
        let slice = [
            pass(component.as_mut(), &batches)?,
            pass(native.as_mut(), &batches)?,
        ];
        match end {
            None if Instant::now() < warm => {}
            None => end = Some(Instant::now() + surroundings.window),
            Some(end) => {
                times[0] += slice[0];
                times[1] += slice[1];
                passes += 1;
                if Instant::now() >= end {
                    break;
                }
            }
        }
    }
    sides::check_finished(operator, component, native)?;
    let rows = passes * batches.iter().map(Columns::rows).sum::<usize>();
    Ok(times.map(|time| {
        let seconds = time.as_secs_f64();
        Sample::default()
            .with(Quantity::Rate, rows as f64 / seconds)
            .with(Quantity::CpuPerMillion, seconds / rows as f64 * 1e6)
    }))
}

/// Nothing here needs longer to get warm: no code is compiled while it runs.
const WARM_UP: Duration = Duration::from_millis(500);

/// The CPU time of one call for each batch.
fn pass(side: &mut dyn Side, batches: &[Columns]) -> Result<Duration, BenchError> {
    let cpu = crate::cpu_clock::ThreadCpu::start();
    side.run(batches)?;
    Ok(cpu.elapsed())
}
