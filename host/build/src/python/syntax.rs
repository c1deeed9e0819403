//! Errors of syntax, before anything is installed or compiled.
//!
//! The Python of this machine reads the author's modules and runs nothing of them. It may be
//! older than the one of components, or not be there; then the build itself tells.

use std::path::Path;

use super::{GUEST_PYTHON, VENV};
use crate::{BuildEnv, BuildError};

/// What reads the modules. It is part of the program, so that nobody can have changed it.
const SCRIPT: &str = include_str!("../../../../sdk/python/build/syntax.py");

/// Refuses a folder whose `module`, or one of the folder that it imports, is not valid.
pub(super) fn check(source: &Path, module: &str, env: &BuildEnv) -> Result<(), BuildError> {
    let said = VENV
        .system(env)
        .args(["-c", SCRIPT])
        .arg(source)
        .args([module, GUEST_PYTHON])
        .stdout_is_data()
        .run(None);
    match said {
        Ok(said) if !said.trim().is_empty() => Err(BuildError::Syntax {
            output: said.lines().map(str::to_owned).collect(),
        }),
        Err(BuildError::Cancelled) => Err(BuildError::Cancelled),
        // What is the matter with this Python is told where it is needed.
        Ok(_) | Err(_) => Ok(()),
    }
}
