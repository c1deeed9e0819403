//! A supervisor of its own with an empty data folder, and what it is asked.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{NAME, binary};
use crate::{BenchError, Finished, Program, Running, Surroundings, Usage};

/// How long it may take to begin.
const BEGINS: Duration = Duration::from_secs(30);

/// How long it may take to end its workers and itself.
const ENDS: Duration = Duration::from_secs(30);

/// A supervisor. When it is dropped, it and its workers are killed.
#[derive(Debug)]
pub(super) struct Server {
    running: Running,
    data: tempfile::TempDir,
    binary: PathBuf,
    cancel: stormcell_build::Cancel,
}

impl Server {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// [`BenchError`] if it does not begin.
    pub(super) fn start(surroundings: &Surroundings) -> Result<Self, BenchError> {
        let data = surroundings.folder("serve-")?;
        let running = binary(surroundings)
            .arg("serve")
            .arg("--data")
            .arg(data.path())
            .args(["--bind", "127.0.0.1:0", "--quiet"])
            .start()?;
        let mut server = Self {
            running,
            data,
            binary: surroundings.binary.clone(),
            cancel: surroundings.build.cancel().clone(),
        };
        let url = server.data.path().join("url");
        let until = Instant::now() + BEGINS;
        while !url.is_file() {
            server.running.check()?;
            if Instant::now() >= until {
                return Err(BenchError::Failed {
                    engine: NAME,
                    command: "stormcell serve".to_owned(),
                    how: format!("did not answer within {BEGINS:?}"),
                    output: String::new(),
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(server)
    }

    /// What it and its workers have used so far.
    pub(super) fn usage(&self) -> Usage {
        self.running.usage()
    }

    /// A command that asks it: its data folder and JSON as the form of the answer are
    /// added at the end.
    pub(super) fn command(&self) -> Program {
        Program::new(NAME, &self.binary, &self.cancel)
    }

    /// What a command prints.
    ///
    /// # Errors
    /// [`BenchError::Failed`] if it fails, or prints no JSON.
    pub(super) fn ask(&self, command: Program) -> Result<Value, BenchError> {
        let finished = command
            .arg("--data")
            .arg(self.data.path())
            .args(["--output", "json", "--quiet"])
            .run()?;
        serde_json::from_str(&finished.stdout).map_err(|error| BenchError::Failed {
            engine: NAME,
            command: "stormcell".to_owned(),
            how: format!("printed no JSON: {error}"),
            output: finished.stdout,
        })
    }

    /// Ends it and its workers in an orderly way.
    ///
    /// # Errors
    /// [`BenchError`] if the system refuses.
    pub(super) fn stop(self) -> Result<Finished, BenchError> {
        self.running.stop(ENDS)
    }
}
