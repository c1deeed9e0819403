//! Apache Storm, with its own topologies of the shapes in `peers/storm`: in local mode
//! with two sets of settings, on a real cluster of this machine, and with bolts in Python
//! behind its ShellBolt.
//!
//! Every run is a JVM of its own, which tells in lines of JSON when the window starts and
//! ends; its tree is measured from outside at these moments. A cluster's processes are
//! started by that JVM, so they belong to its tree.

mod event;
mod folder;
mod install;
mod kind;
mod run;

use self::install::Installed;
pub(crate) use self::kind::Kind;
use crate::{BenchError, Engine, Language, Pace, Quantity, Sample, Shape, Surroundings};

/// Apache Storm.
#[derive(Debug)]
pub(crate) struct Storm {
    kind: Kind,
    /// None before it is prepared.
    installed: Option<Installed>,
    /// The rate of the acked chain when nothing holds it back, once it was needed.
    peak: Option<f64>,
}

impl Storm {
    /// Storm in this way.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            installed: None,
            peak: None,
        }
    }

    /// How many rows a second a pace is.
    fn rate(&mut self, pace: Pace, surroundings: &Surroundings) -> Result<u32, BenchError> {
        let percent = match pace {
            Pace::Rate(rate) => return Ok(rate),
            Pace::PercentOfPeak(percent) => percent,
        };
        let peak = match self.peak {
            Some(peak) => peak,
            None => {
                let chain = Shape::Identity {
                    acked: true,
                    language: Language::Own,
                };
                let sample = self.run(chain, surroundings)?;
                *self
                    .peak
                    .insert(sample.get(Quantity::Rate).unwrap_or_default())
            }
        };
        Ok((peak * f64::from(percent) / 100.0) as u32)
    }
}

impl Engine for Storm {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn about(&self) -> String {
        self.kind.about()
    }

    fn shapes(&self) -> Vec<Shape> {
        Shape::all()
            .into_iter()
            .filter(|&shape| self.kind.runs(shape))
            .collect()
    }

    fn warms_up(&self) -> bool {
        true
    }

    fn prepare(&mut self, _: &[Shape], surroundings: &Surroundings) -> Result<(), BenchError> {
        self.installed = Some(install::ensure(self.kind, surroundings)?);
        Ok(())
    }

    fn run(&mut self, shape: Shape, surroundings: &Surroundings) -> Result<Sample, BenchError> {
        let rate = match shape {
            Shape::Latency { pace } => Some(self.rate(pace, surroundings)?),
            _ => None,
        };
        let Some(installed) = &self.installed else {
            return Err(BenchError::Wrong {
                engine: self.kind.name(),
                shape,
                what: "it was not prepared".to_owned(),
            });
        };
        run::run(self.kind, shape, rate, installed, surroundings)
    }
}

#[cfg(test)]
mod tests;
