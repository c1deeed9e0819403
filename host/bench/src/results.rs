//! What a benchmark gave: every sample, and what follows from them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engines::SUBJECT;
use crate::targets::{self, Verdict};
use crate::{Better, Machine, Quantity, Sample, Shape, Spread};

/// What a benchmark gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Results {
    /// When it began, in UTC: `2026-11-21T12:34:56.789Z`.
    pub date: String,
    /// Where.
    pub machine: Machine,
    /// How it was measured.
    pub settings: Settings,
    /// What was measured: the name of each engine, and what it is.
    pub engines: BTreeMap<String, String>,
    /// The shapes, in the order in which they were run.
    pub shapes: Vec<ShapeResult>,
    /// The project's targets, and whether they were met.
    pub targets: Vec<Verdict>,
}

/// How it was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Runs of each engine and shape that count.
    pub runs: u32,
    /// The measured part of a run of an engine without an end, seconds.
    pub window_seconds: f64,
    /// How long such an engine warms up before, seconds.
    pub warm_up_seconds: f64,
    /// Whether runs were short, so that figures are only plausible.
    pub quick: bool,
}

/// What a shape gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShapeResult {
    /// Which one.
    pub shape: Shape,
    /// The engines that ran it, stormcell first.
    pub engines: Vec<EngineResult>,
}

/// What a shape gave on an engine.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EngineResult {
    /// Which engine.
    pub engine: String,
    /// Every run that counts.
    pub samples: Vec<Sample>,
    /// Why there are no more, if a run failed.
    pub error: Option<String>,
    /// The middle and the spread of each quantity over the runs.
    pub spreads: BTreeMap<Quantity, Spread>,
    /// By how much stormcell is better, for each quantity that both have: 2 if it does
    /// twice as many rows a second, or takes half the time.
    pub ratios: BTreeMap<Quantity, f64>,
}

impl Results {
    /// Whether every run of every engine went well.
    pub fn is_complete(&self) -> bool {
        let mut engines = self.shapes.iter().flat_map(|shape| &shape.engines);
        engines.all(|engine| engine.error.is_none())
    }

    /// The middle of what an engine gave for a shape.
    pub fn median(&self, engine: &str, shape: Shape, quantity: Quantity) -> Option<f64> {
        let of_shape = self.shapes.iter().find(|of| of.shape == shape)?;
        Some(of_shape.spread(engine, quantity)?.median)
    }

    /// Works out what follows from the samples.
    #[must_use]
    pub fn evaluated(mut self) -> Self {
        for shape in &mut self.shapes {
            shape.evaluate();
        }
        self.targets = targets::verdicts(&self);
        self
    }
}

impl ShapeResult {
    /// What an engine gave.
    pub fn spread(&self, engine: &str, quantity: Quantity) -> Option<&Spread> {
        let of_engine = self.engines.iter().find(|of| of.engine == engine)?;
        of_engine.spreads.get(&quantity)
    }

    fn evaluate(&mut self) {
        for engine in &mut self.engines {
            let measured: Vec<Quantity> = engine
                .samples
                .first()
                .map(|sample| sample.iter().map(|(quantity, _)| quantity).collect())
                .unwrap_or_default();
            engine.spreads = measured
                .into_iter()
                .filter_map(|quantity| {
                    let values = engine.samples.iter().filter_map(|s| s.get(quantity));
                    Some((quantity, Spread::of(values)?))
                })
                .collect();
        }
        let Some(subject) = self.engines.iter().find(|of| of.engine == SUBJECT) else {
            return;
        };
        let subject = subject.spreads.clone();
        for engine in self.engines.iter_mut().filter(|of| of.engine != SUBJECT) {
            engine.ratios = engine
                .spreads
                .iter()
                .filter_map(|(quantity, theirs)| {
                    let ours = subject.get(quantity)?.median;
                    Some((*quantity, ratio(*quantity, ours, theirs.median)?))
                })
                .collect();
        }
    }
}

/// By how much one value is better than another one; none if that cannot be said.
pub(crate) fn ratio(quantity: Quantity, ours: f64, theirs: f64) -> Option<f64> {
    let ratio = match quantity.better() {
        Better::More => ours / theirs,
        Better::Less => theirs / ours,
    };
    ratio.is_finite().then_some(ratio)
}
