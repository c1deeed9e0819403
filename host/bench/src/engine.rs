//! What runs shapes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stormcell_build::{BuildEnv, Progress};
use thiserror::Error;

use crate::{Sample, Shape, Sources};

/// Where an engine finds what it needs, and what it is to do.
#[derive(Clone)]
pub struct Surroundings {
    /// The `stormcell` binary that is measured.
    pub binary: PathBuf,
    /// Builds components, and says where tools are installed.
    pub build: BuildEnv,
    /// The sources that come out of this program: components, programs of other engines
    /// and data.
    pub sources: Sources,
    /// A folder for what the runs leave, emptied at the end.
    pub scratch: PathBuf,
    /// How long the measured part of a run of an engine without an end takes, after it
    /// has warmed up.
    pub window: Duration,
    /// How long such an engine warms up.
    pub warm_up: Duration,
    /// Whether the figures only have to be plausible: a run with an end takes a twentieth
    /// of its rows.
    pub quick: bool,
    /// Is told what is fetched and built.
    pub progress: Arc<dyn Progress>,
}

impl Surroundings {
    /// A folder for one run, which goes when it is dropped.
    ///
    /// # Errors
    /// [`BenchError::Io`] if it cannot be made.
    pub(crate) fn folder(&self, prefix: &str) -> Result<tempfile::TempDir, BenchError> {
        tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(&self.scratch)
            .map_err(|error| BenchError::Io {
                doing: "creating a folder in",
                path: self.scratch.clone(),
                error,
            })
    }
}

/// What can run shapes: stormcell, or another engine that it is compared with.
pub trait Engine {
    /// Its name, as `--against` takes it and tables show it: `stormcell`,
    /// `storm-tuned`, `pystorm`.
    fn name(&self) -> &'static str;

    /// One line for people: what it is, with its version.
    fn about(&self) -> String;

    /// The shapes that it can run.
    fn shapes(&self) -> Vec<Shape>;

    /// Whether each run warms up by itself. If not, one is made before those that count.
    fn warms_up(&self) -> bool {
        false
    }

    /// Fetches and builds what it needs for these shapes, all of which it can run. Called
    /// once, before anything is measured.
    ///
    /// # Errors
    /// [`BenchError`] if something is missing or cannot be built; it says what to do.
    fn prepare(&mut self, shapes: &[Shape], surroundings: &Surroundings) -> Result<(), BenchError>;

    /// Runs a shape once, in processes of its own that have ended when this returns.
    ///
    /// # Errors
    /// [`BenchError`] if it fails, or if a row was lost or failed that should not be.
    fn run(&mut self, shape: Shape, surroundings: &Surroundings) -> Result<Sample, BenchError>;
}

/// Why something could not be measured.
#[derive(Debug, Error)]
pub enum BenchError {
    /// A program is not installed.
    #[error("`{engine}` needs `{program}`, which is not in PATH; {hint}")]
    Missing {
        /// The engine that needs it.
        engine: &'static str,
        /// The program.
        program: String,
        /// How to install it.
        hint: String,
    },
    /// A program failed.
    #[error("{engine}: `{command}` {how}\n{output}")]
    Failed {
        /// The engine that ran it.
        engine: &'static str,
        /// The command line.
        command: String,
        /// How it ended: `exited with status 1`, `was killed by signal 9`.
        how: String,
        /// The end of what it printed.
        output: String,
    },
    /// A run ended, but its figures cannot be believed.
    #[error("{engine}: {shape}: {what}")]
    Wrong {
        /// The engine.
        engine: &'static str,
        /// What it ran.
        shape: Shape,
        /// What is wrong: `3 of 20000000 rows failed`.
        what: String,
    },
    /// A run of the measurement of growth ended, but its figures cannot be believed.
    #[error("{dimension}: {size}: {what}")]
    Growth {
        /// What grows.
        dimension: &'static str,
        /// How large it was.
        size: u64,
        /// What is wrong.
        what: String,
    },
    /// A component could not be loaded or called.
    #[error("{component}: {what}")]
    Component {
        /// Its file.
        component: String,
        /// What went wrong.
        what: String,
    },
    /// A component could not be built.
    #[error(transparent)]
    Build(#[from] stormcell_build::BuildError),
    /// A file could not be read or written.
    #[error("{doing} {}: {error}", path.display())]
    Io {
        /// What was tried: `writing`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        error: std::io::Error,
    },
}

impl BenchError {
    /// Whether somebody wanted to stop, so nothing is wrong.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Build(stormcell_build::BuildError::Cancelled))
    }
}
