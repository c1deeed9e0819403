//! Bytewax: a stream engine whose operators are Python functions and whose core is
//! compiled.
//!
//! It runs everything in the processes of Python itself: rows are Python objects that are
//! passed on, not copied, as long as they stay in their process. It acks no rows, so it
//! runs acked shapes without acks. The programs are in `peers/bytewax`.

use std::time::Duration;

use serde::Deserialize;
use stormcell_build::Venv;

use super::venv;
use crate::{BenchError, Engine, Language, Program, Quantity, Sample, Shape, Surroundings};

/// The version that `peers/bytewax/requirements.txt` pins.
const VERSION: &str = "0.21.1";

/// Its virtual environment.
const VENV: Venv = Venv {
    what: "Bytewax 0.21.1",
    folder: "python-bytewax-0.21.1",
    module: "bytewax.run",
    why: "to run Bytewax",
};

/// How long it may take beside the time for which it emits: it starts, and works off what
/// is left.
const STARTS: Duration = Duration::from_secs(60);

/// The bolts that have been written for it.
const LANGUAGE: Language = Language::Python;

/// How flows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Functions get a row, and every word goes to the worker that counts it.
    Rows,
    /// As fast as it gets: functions get whole batches, and words are counted in each
    /// batch before they go anywhere.
    Batches,
}

/// Bytewax.
#[derive(Debug)]
pub struct Bytewax {
    style: Style,
}

impl Bytewax {
    /// With flows that are written in this way.
    pub fn new(style: Style) -> Self {
        Self { style }
    }
}

impl Engine for Bytewax {
    fn name(&self) -> &'static str {
        match self.style {
            Style::Rows => "bytewax",
            Style::Batches => "bytewax-batches",
        }
    }

    fn about(&self) -> String {
        let style = match self.style {
            Style::Rows => "its functions get a row",
            Style::Batches => {
                "its functions get whole batches, and words are counted in each before they go \
                 anywhere"
            }
        };
        format!("Bytewax {VERSION}, which acks nothing; {style}")
    }

    fn shapes(&self) -> Vec<Shape> {
        vec![
            Shape::Identity {
                acked: true,
                language: LANGUAGE,
            },
            Shape::Identity {
                acked: false,
                language: LANGUAGE,
            },
            Shape::Split { language: LANGUAGE },
            Shape::WordCount {
                split: LANGUAGE,
                count: LANGUAGE,
                workers: 1,
            },
        ]
    }

    fn warms_up(&self) -> bool {
        true
    }

    fn prepare(&mut self, _: &[Shape], surroundings: &Surroundings) -> Result<(), BenchError> {
        let programs = surroundings.sources.peer("bytewax");
        let made = venv::ensure(&VENV, &programs.join("requirements.txt"), surroundings);
        // What pip does not know.
        let note = || {
            format!(
                "Bytewax {VERSION} is published for Python 3.8 to 3.12; another python3 can be \
                 put first in PATH, or other engines be measured (--against)"
            )
        };
        Ok(made.map_err(|error| error.with_note(note()))?)
    }

    fn run(&mut self, shape: Shape, surroundings: &Surroundings) -> Result<Sample, BenchError> {
        let wrong = |what: String| BenchError::Wrong {
            engine: self.name(),
            shape,
            what,
        };
        let flow = match shape {
            Shape::Identity { .. } => "identity",
            Shape::Split { .. } => "split",
            Shape::WordCount { .. } => "word-count",
            _ => return Err(wrong("there is no flow for it".to_owned())),
        };
        let build = &surroundings.build;
        let seconds = |time: Duration| time.as_secs_f64().to_string();
        let mut program = Program::new(self.name(), VENV.python(build), build.cancel())
            .hint("it is installed by itself; remove its folder to have it installed again")
            .arg(surroundings.sources.peer("bytewax").join("measure.py"))
            .args([flow, "--warm-up", &seconds(surroundings.warm_up)])
            .args(["--window", &seconds(surroundings.window)])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .without_env("PYTHONPATH")
            .without_env("PYTHONHOME")
            .limit(STARTS + surroundings.warm_up + surroundings.window);
        if self.style == Style::Batches {
            program = program.arg("--batches");
        }
        let finished = program.run()?;
        let measured: Measured = serde_json::from_str(finished.stdout.trim())
            .map_err(|error| wrong(format!("it printed no figures: {error}")))?;
        let cpu = finished.usage.cpu.as_secs_f64();
        Ok(Sample::default()
            .with(Quantity::Rate, measured.rate)
            .with(Quantity::CpuPerMillion, cpu / measured.rows as f64 * 1e6)
            .with(
                Quantity::PeakMemory,
                finished.usage.peak_memory as f64 / f64::from(1 << 20),
            ))
    }
}

/// What `measure.py` prints.
#[derive(Debug, Deserialize)]
struct Measured {
    /// Rows that went in and came out, warm-up included.
    rows: u64,
    /// Rows a second after the warm-up.
    rate: f64,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_the_one_that_is_installed() {
        let requirements = include_str!("../../peers/bytewax/requirements.txt");
        let pinned = format!("bytewax=={}\n", super::VERSION);
        assert!(requirements.contains(&pinned), "{requirements}");
        assert!(super::VENV.folder.ends_with(super::VERSION));
        assert!(super::VENV.what.ends_with(super::VERSION));
    }
}
