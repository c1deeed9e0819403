//! A folder for what a benchmark leaves while it runs.

use std::path::{Path, PathBuf};

use stormcell_build::BuildEnv;

use crate::BenchError;

/// A folder that is removed when this is dropped.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// One in `.stormcell/bench`.
    ///
    /// # Errors
    /// [`BenchError::Io`] if it cannot be made.
    pub fn new(build: &BuildEnv) -> Result<Self, BenchError> {
        let parent = build.root().join("bench");
        let io = |error| BenchError::Io {
            doing: "creating a folder in",
            path: parent.clone(),
            error,
        };
        std::fs::create_dir_all(&parent).map_err(io)?;
        let dir = tempfile::Builder::new().prefix("run-").tempdir_in(&parent);
        dir.map(Self).map_err(io)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program that is running, under another path: so it stays the same if a build
    /// replaces it while it is measured.
    ///
    /// # Errors
    /// [`BenchError::Io`] if it is not there any more, or cannot be copied.
    pub fn binary(&self) -> Result<PathBuf, BenchError> {
        let running = std::env::current_exe().map_err(|error| BenchError::Io {
            doing: "finding",
            path: PathBuf::from("stormcell"),
            error,
        })?;
        let kept = self.path().join("stormcell");
        if std::fs::hard_link(&running, &kept).is_err() {
            std::fs::copy(&running, &kept).map_err(|error| BenchError::Io {
                doing: "copying",
                path: running,
                error,
            })?;
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_build::Cancel;

    use super::*;

    #[test]
    fn it_goes_with_all_that_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let build = BuildEnv::open(dir.path(), Cancel::default()).unwrap();
        let scratch = Scratch::new(&build).unwrap();
        let binary = scratch.binary().unwrap();
        let running = std::env::current_exe().unwrap();
        assert_eq!(
            std::fs::read(&binary).unwrap(),
            std::fs::read(running).unwrap()
        );
        let path = scratch.path().to_owned();
        drop(scratch);
        assert!(!path.exists());
    }
}
