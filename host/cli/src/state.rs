//! The folder `.stormcell` of a project.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use stormcell_build::{BuildEnv, BuildError, Cancel, state_dir};
use stormcell_dead_letters::Folder;

use crate::console::Console;
use crate::failure::Failure;
use crate::status::Status;

/// Where it is for work in `dir`, whether it exists or not.
pub(crate) fn path(dir: &Path, console: &Console) -> PathBuf {
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

/// Folders that this process has opened: it uses them until it ends, so nobody may clean up.
static OPENED: Mutex<Vec<BuildEnv>> = Mutex::new(Vec::new());

/// Opens it for work in `dir`, and makes it if needed. It counts as used until this process
/// ends.
pub(crate) fn open(dir: &Path, console: &Console, cancel: Cancel) -> Result<BuildEnv, Failure> {
    let env = BuildEnv::open(&path(dir, console), cancel).map_err(|error| not_opened(&error))?;
    warn_of_set_aside(&env, console);
    keep_open(&env);
    Ok(env)
}

/// Opens it for work in `dir`, if it is there, for nobody else to use it meanwhile.
///
/// # Errors
/// If somebody else uses it.
pub(crate) fn open_alone(
    dir: &Path,
    console: &Console,
    cancel: Cancel,
) -> Result<Option<BuildEnv>, Failure> {
    let root = path(dir, console);
    if !root.is_dir() {
        return Ok(None);
    }
    let env = BuildEnv::open_alone(&root, cancel).map_err(|error| not_opened(&error))?;
    let env = env.ok_or_else(|| {
        let root = root.display();
        let message = format!(
            "{root} is used by a build or a `run` now, so nothing was removed; wait for its end, \
             and try again"
        );
        Failure::new(Status::Failed, message)
    })?;
    warn_of_set_aside(&env, console);
    Ok(Some(env))
}

fn keep_open(env: &BuildEnv) {
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    opened.push(env.clone());
}

fn not_opened(error: &BuildError) -> Failure {
    match error {
        BuildError::FromElsewhere { .. } => Failure::new(Status::Failed, error.to_string()),
        _ => Failure::new(
            Status::Internal,
            format!("{error}\n  name a folder that can be written with --state-dir"),
        ),
    }
}

fn warn_of_set_aside(env: &BuildEnv, console: &Console) {
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
}

/// Opens it for work in `dir` if it is there: merely to look at a file must not leave
/// a folder beside it, and changes none.
pub(crate) fn existing(dir: &Path, console: &Console) -> Option<BuildEnv> {
    let root = path(dir, console);
    let env = BuildEnv::is_from_here(&root)
        .then(|| BuildEnv::open(&root, Cancel::default()).ok())
        .flatten()?;
    keep_open(&env);
    Some(env)
}
