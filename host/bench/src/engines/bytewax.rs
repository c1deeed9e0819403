//! Bytewax: a stream engine whose operators are Python functions and whose core is
//! compiled.
//!
//! It runs everything in the processes of Python itself: rows are Python objects that are
//! passed on, not copied, as long as they stay in their process. It acks no rows, so it
//! runs acked shapes without acks. The programs are in `peers/bytewax`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use stormcell_build::{BuildEnv, BuildError, Invocation, Step, Tool};

use crate::{BenchError, Engine, Language, Program, Quantity, Sample, Shape, Surroundings};

/// The version that `peers/bytewax/requirements.txt` pins.
const VERSION: &str = "0.21.1";

/// The folder of the virtual environment that holds it.
const TOOL: &str = "python-bytewax-0.21.1";

const PYTHON: Tool = Tool {
    program: "python3",
    why: "to run Bytewax",
    install: "sudo apt-get install -y python3 python3-venv",
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
        if works(&surroundings.build.tool_dir(TOOL), &surroundings.build) {
            return Ok(());
        }
        install(surroundings)
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
        let mut program = Program::new(
            self.name(),
            python_of(&build.tool_dir(TOOL)),
            build.cancel(),
        )
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

fn python_of(venv: &Path) -> PathBuf {
    venv.join("bin").join("python")
}

/// Whether the virtual environment is there and works.
fn works(venv: &Path, build: &BuildEnv) -> bool {
    venv.is_dir()
        && clean(Invocation::at(&python_of(venv), build))
            .args(["-c", "import bytewax.run"])
            .run(None)
            .is_ok()
}

/// A run of Python that does not depend on the surroundings of whoever measures.
fn clean(python: Invocation) -> Invocation {
    python
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .without_env("PYTHONPATH")
        .without_env("PYTHONHOME")
        .without_env("VIRTUAL_ENV")
}

/// Makes the virtual environment; it is there as a whole or not at all.
fn install(surroundings: &Surroundings) -> Result<(), BenchError> {
    let build = &surroundings.build;
    let step = Step::start(
        surroundings.progress.as_ref(),
        format!("installing Bytewax {VERSION}"),
    );
    let venv = build.tool_dir(TOOL);
    let partial = build.tool_dir(&format!("{TOOL}.partial"));
    for old in [&venv, &partial] {
        match std::fs::remove_dir_all(old) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(BuildError::io("removing", old, error).into());
            }
            _ => {}
        }
    }
    clean(Invocation::of(&PYTHON, build))
        .args(["-m", "venv"])
        .arg(&partial)
        .run(Some(&step))?;
    let programs = surroundings.sources.peer("bytewax");
    clean(Invocation::at(&python_of(&partial), build))
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--only-binary", ":all:"])
        .arg("--requirement")
        .arg(programs.join("requirements.txt"))
        .run(Some(&step))
        .map_err(explain)?;
    std::fs::rename(&partial, &venv).map_err(|error| BuildError::io("creating", &venv, error))?;
    step.done();
    Ok(())
}

/// Adds what pip does not know.
fn explain(error: BuildError) -> BuildError {
    match error {
        BuildError::Failed {
            command,
            status,
            mut output,
        } => {
            output.push(format!(
                "note: Bytewax {VERSION} is published for Python 3.8 to 3.12; another python3 \
                 can be put first in PATH, or other engines be measured (--against)"
            ));
            BuildError::Failed {
                command,
                status,
                output,
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_the_one_that_is_installed() {
        let requirements = include_str!("../../peers/bytewax/requirements.txt");
        let pinned = format!("bytewax=={}\n", super::VERSION);
        assert!(requirements.contains(&pinned), "{requirements}");
        assert!(super::TOOL.ends_with(super::VERSION));
    }
}
