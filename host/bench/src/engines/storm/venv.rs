//! Virtual environments of Python, in the folder of tools.

use std::io;
use std::path::{Path, PathBuf};

use stormcell_build::{BuildEnv, BuildError, Invocation, Step, Tool};

use super::folder;
use crate::Surroundings;

const PYTHON: Tool = Tool {
    program: "python3",
    why: "to run bolts in Python",
    install: "sudo apt-get install -y python3 python3-venv",
};

/// A virtual environment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Venv {
    /// What is installed there, with its version.
    pub(super) what: &'static str,
    /// Its folder among the tools, with the version.
    pub(super) folder: &'static str,
    /// A module that can be imported if all is well.
    pub(super) module: &'static str,
}

impl Venv {
    /// Its interpreter. Its scripts are not used: they name the folder in which they were
    /// installed.
    pub(super) fn python(&self, env: &BuildEnv) -> PathBuf {
        python_of(&env.tool_dir(self.folder))
    }

    /// Makes it from a file of pinned requirements, unless it is there and works.
    pub(super) fn ensure(
        &self,
        requirements: &Path,
        surroundings: &Surroundings,
    ) -> Result<(), BuildError> {
        let env = &surroundings.build;
        if self.works(env) {
            return Ok(());
        }
        let step = Step::start(
            surroundings.progress.as_ref(),
            format!("installing {}", self.what),
        );
        let venv = env.tool_dir(self.folder);
        match std::fs::remove_dir_all(&venv) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(BuildError::io("removing", &venv, error));
            }
            _ => {}
        }
        let partial = folder::partial(&venv)?;
        clean(Invocation::of(&PYTHON, env))
            .args(["-m", "venv"])
            .arg(partial.path())
            .run(Some(&step))?;
        clean(Invocation::at(&python_of(partial.path()), env))
            .args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(["--disable-pip-version-check", "--only-binary", ":all:"])
            .arg("--requirement")
            .arg(requirements)
            .run(Some(&step))?;
        folder::keep(&partial, &venv)?;
        step.done();
        Ok(())
    }

    fn works(&self, env: &BuildEnv) -> bool {
        env.tool_dir(self.folder).is_dir()
            && clean(Invocation::at(&self.python(env), env))
                .args(["-c", &format!("import {}", self.module)])
                .run(None)
                .is_ok()
    }
}

/// The path of the interpreter that is in `PATH`.
pub(super) fn system_python(env: &BuildEnv) -> Result<PathBuf, BuildError> {
    let printed = clean(Invocation::of(&PYTHON, env))
        .args(["-c", "import sys; print(sys.executable)"])
        .run(None)?;
    Ok(PathBuf::from(printed.trim()))
}

fn python_of(venv: &Path) -> PathBuf {
    venv.join("bin").join("python")
}

/// A run of Python that does not depend on the surroundings of whoever measures.
fn clean(python: Invocation) -> Invocation {
    python
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .without_env("PYTHONPATH")
        .without_env("PYTHONHOME")
        .without_env("VIRTUAL_ENV")
}
