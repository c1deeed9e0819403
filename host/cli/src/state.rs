//! The folder `.stormcell` of a project.

use std::path::{Path, PathBuf};

use stormcell_build::{BuildEnv, BuildError, Cancel, state_dir};
use stormcell_dead_letters::Folder;

use crate::console::Console;
use crate::failure::Failure;
use crate::status::Status;

/// Where it is for work in `dir`, whether it exists or not.
fn path(dir: &Path, console: &Console) -> PathBuf {
    match &console.state_dir {
        // Where the owner says may be a link; where one is found may not.
        Some(dir) => dir.canonicalize().unwrap_or_else(|_| dir.clone()),
        None => state_dir(dir),
    }
}

/// Where the dead letters of topologies are that are run in this process.
pub(crate) fn dead_letters(dir: &Path, console: &Console) -> Folder {
    Folder::new(path(dir, console).join("dead-letters"))
}

/// Where tasks of topologies that are run in this process keep their values.
pub(crate) fn of_tasks(dir: &Path, console: &Console) -> stormcell_state::Folder {
    stormcell_state::Folder::new(path(dir, console).join("state"))
}

/// The options with which a command in the current folder finds these dead letters.
pub(crate) fn options_for(letters: &Folder, console: &Console) -> String {
    let found = dead_letters(Path::new("."), console);
    match letters.path().parent() {
        Some(state) if console.state_dir.is_some() || found.path() != letters.path() => {
            format!(" --state-dir {}", state.display())
        }
        _ => String::new(),
    }
}

/// Opens it for work in `dir`, and makes it if needed.
pub(crate) fn open(dir: &Path, console: &Console, cancel: Cancel) -> Result<BuildEnv, Failure> {
    let env = BuildEnv::open(&path(dir, console), cancel).map_err(|error| match error {
        BuildError::FromElsewhere { .. } => Failure::new(Status::Failed, error.to_string()),
        _ => Failure::new(
            Status::Internal,
            format!("{error}\n  name a folder that can be written with --state-dir"),
        ),
    })?;
    if let Some(aside) = env.set_aside() {
        console.warning(&format!(
            "{} is not used as it is: it was made elsewhere (it came with the sources, or was \
             copied or restored), or other users could write in it. Tools and components are \
             installed and built again; kept state and dead letters stay. The old ones are in \
             {}, which may be removed",
            env.root().display(),
            aside.display()
        ));
    }
    Ok(env)
}

/// Opens it for work in `dir` if it is there: merely to look at a file must not leave
/// a folder beside it, and changes none.
pub(crate) fn existing(dir: &Path, console: &Console) -> Option<BuildEnv> {
    let root = path(dir, console);
    BuildEnv::is_from_here(&root)
        .then(|| BuildEnv::open(&root, Cancel::default()).ok())
        .flatten()
}
