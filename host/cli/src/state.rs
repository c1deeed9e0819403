//! The folder `.stormcell` of a project.

use std::path::{Path, PathBuf};

use stormcell_build::{BuildEnv, Cancel, state_dir};

use crate::console::Console;
use crate::failure::Failure;
use crate::status::Status;

/// Where it is for work in `dir`, whether it exists or not.
fn path(dir: &Path, console: &Console) -> PathBuf {
    console.state_dir.clone().unwrap_or_else(|| state_dir(dir))
}

/// Opens it for work in `dir`, and makes it if needed.
pub(crate) fn open(dir: &Path, console: &Console, cancel: Cancel) -> Result<BuildEnv, Failure> {
    BuildEnv::open(&path(dir, console), cancel).map_err(|error| {
        Failure::new(
            Status::Internal,
            format!("{error}\n  name a folder that can be written with --state-dir"),
        )
    })
}

/// Opens it for work in `dir` if it is there: merely to look at a file must not leave
/// a folder beside it.
pub(crate) fn existing(dir: &Path, console: &Console) -> Option<BuildEnv> {
    let root = path(dir, console);
    root.is_dir()
        .then(|| BuildEnv::open(&root, Cancel::default()).ok())
        .flatten()
}
