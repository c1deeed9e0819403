//! Runs shapes on engines, in turn: one run of each engine, then the next run of each, so
//! that a machine that slows down slows all of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::results::{EngineResult, ShapeResult};
use crate::{BenchError, Engine, Sample, Shape, Surroundings};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The shapes, in this order.
    pub shapes: Vec<Shape>,
    /// How many runs of each engine and shape count.
    pub runs: u32,
}

/// One run, as somebody is told who watches.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// What is run.
    pub shape: Shape,
    /// On which engine.
    pub engine: &'a str,
    /// Which run it is, from 1; 0 is one that only warms up.
    pub run: u32,
    /// How many runs count.
    pub runs: u32,
    /// How much of all is done, from 0 to 1, counting runs.
    pub done: f64,
    /// How long all that is left may take; none before anything is known.
    pub left: Option<Duration>,
}

/// Is told how far a benchmark is.
pub trait Watcher {
    /// A run begins.
    fn begins(&self, turn: &Turn<'_>);
    /// It has ended.
    fn ended(&self, turn: &Turn<'_>, result: &Result<Sample, BenchError>);
    /// An engine cannot run anything.
    fn unprepared(&self, engine: &str, error: &BenchError);
}

/// Prepares engines and runs shapes on those that can run them. An engine that fails does
/// not keep the others from being run.
///
/// # Errors
/// [`BenchError`] only if the benchmark is cancelled.
pub fn run(
    engines: &mut [Box<dyn Engine>],
    plan: &Plan,
    surroundings: &Surroundings,
    watcher: &dyn Watcher,
) -> Result<Vec<ShapeResult>, BenchError> {
    let mut unprepared = BTreeMap::new();
    for engine in engines.iter_mut() {
        let can = engine.shapes();
        let shapes: Vec<Shape> = plan
            .shapes
            .iter()
            .copied()
            .filter(|shape| can.contains(shape))
            .collect();
        if shapes.is_empty() {
            continue;
        }
        match engine.prepare(&shapes, surroundings) {
            Ok(()) => {}
            Err(error) if error.is_cancelled() => return Err(error),
            Err(error) => {
                watcher.unprepared(engine.name(), &error);
                unprepared.insert(engine.name(), error.to_string());
            }
        }
    }
    let mut clock = Clock::new(engines, plan, &unprepared);
    plan.shapes
        .iter()
        .map(|shape| {
            of_shape(
                *shape,
                engines,
                plan,
                surroundings,
                watcher,
                &unprepared,
                &mut clock,
            )
        })
        .collect()
}

/// All runs of a shape.
fn of_shape(
    shape: Shape,
    engines: &mut [Box<dyn Engine>],
    plan: &Plan,
    surroundings: &Surroundings,
    watcher: &dyn Watcher,
    unprepared: &BTreeMap<&'static str, String>,
    clock: &mut Clock,
) -> Result<ShapeResult, BenchError> {
    let mut running: Vec<_> = engines
        .iter_mut()
        .filter(|engine| engine.shapes().contains(&shape))
        .map(|engine| {
            let result = EngineResult {
                engine: engine.name().to_owned(),
                samples: Vec::new(),
                error: unprepared.get(engine.name()).cloned(),
                spreads: BTreeMap::new(),
                ratios: BTreeMap::new(),
            };
            (engine, result)
        })
        .collect();
    for run in 0..=plan.runs {
        for (engine, result) in &mut running {
            if result.error.is_some() || (run == 0 && engine.warms_up()) {
                continue;
            }
            surroundings.build.cancel().check()?;
            let turn = Turn {
                shape,
                engine: engine.name(),
                run,
                runs: plan.runs,
                done: clock.done(),
                left: clock.left(),
            };
            watcher.begins(&turn);
            let begun = Instant::now();
            let sample = engine.run(shape, surroundings);
            clock.took(engine.name(), begun.elapsed());
            watcher.ended(&turn, &sample);
            match sample {
                Ok(sample) if run > 0 => result.samples.push(sample),
                Ok(_) => {}
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) => {
                    clock.gave_up(engine.name(), plan.runs - run);
                    result.error = Some(error.to_string());
                }
            }
        }
    }
    Ok(ShapeResult {
        shape,
        engines: running.into_iter().map(|(_, result)| result).collect(),
    })
}

/// How far everything is, and how long the rest may take.
#[derive(Debug, Default)]
struct Clock {
    engines: BTreeMap<&'static str, Pending>,
}

/// The runs of an engine.
#[derive(Debug, Default)]
struct Pending {
    left: u32,
    done: u32,
    took: Duration,
}

impl Clock {
    fn new(
        engines: &[Box<dyn Engine>],
        plan: &Plan,
        unprepared: &BTreeMap<&'static str, String>,
    ) -> Self {
        let mut clock = Self::default();
        for engine in engines {
            let shapes = engine.shapes();
            let shapes = plan.shapes.iter().filter(|shape| shapes.contains(shape));
            let runs = plan.runs + u32::from(!engine.warms_up());
            if !unprepared.contains_key(engine.name()) {
                let pending = clock.engines.entry(engine.name()).or_default();
                pending.left += shapes.map(|_| runs).sum::<u32>();
            }
        }
        clock
    }

    fn took(&mut self, engine: &'static str, time: Duration) {
        let pending = self.engines.entry(engine).or_default();
        pending.left = pending.left.saturating_sub(1);
        pending.done += 1;
        pending.took += time;
    }

    /// So many runs will not be made.
    fn gave_up(&mut self, engine: &'static str, runs: u32) {
        let pending = self.engines.entry(engine).or_default();
        pending.left = pending.left.saturating_sub(runs);
    }

    fn done(&self) -> f64 {
        let done: u32 = self.engines.values().map(|pending| pending.done).sum();
        let left: u32 = self.engines.values().map(|pending| pending.left).sum();
        f64::from(done) / f64::from((done + left).max(1))
    }

    /// Each engine goes on as it did so far; one that has not been run yet is like the
    /// others.
    fn left(&self) -> Option<Duration> {
        let done: u32 = self.engines.values().map(|pending| pending.done).sum();
        let took: Duration = self.engines.values().map(|pending| pending.took).sum();
        let usual = took.checked_div(done)?;
        Some(
            self.engines
                .values()
                .map(|pending| {
                    pending.took.checked_div(pending.done).unwrap_or(usual) * pending.left
                })
                .sum(),
        )
    }
}

#[cfg(test)]
mod tests;
