//! Virtual environments of Python among the tools, each with pinned packages.
//!
//! One is there as a whole or not at all. Whoever may be making the same one at the same
//! time must be locked out by the caller, or be another folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::env::remove_dir;
use crate::progress::{Progress, Step};
use crate::{BuildEnv, BuildError, Invocation, Settings, Tool, record};

const INSTALL_PYTHON: &str = "sudo apt-get install -y python3 python3-venv";

/// Prints the version, and whether it is too old (`old`) or cannot make virtual
/// environments (`no-venv`; Debian packs that apart), else `ok`.
const CHECK_PYTHON: &str = "\
import sys
print('.'.join(map(str, sys.version_info[:3])), end=' ')
old = sys.version_info < (3, 11)
try:
    import venv, ensurepip
    print('old' if old else 'ok')
except ImportError:
    print('old' if old else 'no-venv')
";

/// A virtual environment.
#[derive(Debug, Clone, Copy)]
pub struct Venv {
    /// What is installed there, with its version, for people.
    pub what: &'static str,
    /// Its folder among the tools, with the version.
    pub folder: &'static str,
    /// A module that can be imported if all is well.
    pub module: &'static str,
    /// What Python is needed for: completes "it is needed ...".
    pub why: &'static str,
}

impl Venv {
    /// Its interpreter. Its scripts are not used: they name the folder in which they
    /// were installed.
    pub fn python(&self, env: &BuildEnv) -> PathBuf {
        python_of(&env.tool_dir(self.folder))
    }

    /// A run of its interpreter that does not depend on the surroundings of whoever asks.
    pub fn run(&self, env: &BuildEnv) -> Invocation {
        isolated(
            Invocation::at(&self.python(env), Settings::Python, env),
            env,
        )
    }

    /// A run of the Python of this machine, in the same way. It need not be there.
    pub(crate) fn system(&self, env: &BuildEnv) -> Invocation {
        isolated(Invocation::of(&self.tool(), env), env)
    }

    /// `pip install` in it.
    pub fn pip(&self, env: &BuildEnv) -> Invocation {
        pip(&env.tool_dir(self.folder), env)
    }

    /// Makes it and installs these packages (arguments of `pip install`), unless it is
    /// there and works: its interpreter is a link to the system's, which may have been
    /// replaced since.
    ///
    /// # Errors
    /// [`BuildError::MissingTool`] if there is no Python that can make it; whatever pip
    /// says.
    pub fn ensure(
        &self,
        env: &BuildEnv,
        progress: &dyn Progress,
        packages: &[&OsStr],
    ) -> Result<(), BuildError> {
        let target = env.tool_dir(self.folder);
        // Whether it is as it was installed comes first: to see whether it works it is run.
        if record::is_kept(env, &self.record(), &target)? && self.works(env) {
            return Ok(());
        }
        self.check_python(env)?;
        let step = Step::start(progress, format!("installing {}", self.what));
        record::remove(env, &self.record())?;
        remove_dir(&target)?;
        let partial = env.tool_dir(&format!("{}.partial", self.folder));
        remove_dir(&partial)?;
        isolated(Invocation::of(&self.tool(), env), env)
            .args(["-m", "venv"])
            .arg(&partial)
            .run(Some(&step))?;
        pip(&partial, env).args(packages).run(Some(&step))?;
        record::keep(env, &self.record(), &partial, &target)?;
        step.done();
        Ok(())
    }

    /// Makes sure that all that is in it is as it was installed.
    ///
    /// # Errors
    /// [`BuildError::Changed`] if it is not.
    pub(crate) fn check(&self, env: &BuildEnv) -> Result<(), BuildError> {
        let target = env.tool_dir(self.folder);
        if record::is_kept(env, &self.record(), &target)? {
            Ok(())
        } else {
            Err(BuildError::Changed { path: target })
        }
    }

    /// The name of the note of what is in it.
    fn record(&self) -> String {
        format!("tools-{}", self.folder)
    }

    fn works(&self, env: &BuildEnv) -> bool {
        self.run(env)
            .args(["-c", &format!("import {}", self.module)])
            .run(None)
            .is_ok()
    }

    fn tool(&self) -> Tool {
        python(self.why)
    }

    /// Whether Python is there, new enough, and can make virtual environments.
    pub(crate) fn check_python(&self, env: &BuildEnv) -> Result<(), BuildError> {
        let printed = isolated(Invocation::of(&self.tool(), env), env)
            .args(["-c", CHECK_PYTHON])
            .run(None)?;
        let (version, verdict) = printed.trim().split_once(' ').unwrap_or((&printed, ""));
        let tool = match verdict {
            "ok" => return Ok(()),
            "no-venv" => "python3-venv".to_owned(),
            _ => format!("python3 of version 3.11 or later (found: {version})"),
        };
        Err(BuildError::MissingTool {
            tool,
            why: self.why.to_owned(),
            install: INSTALL_PYTHON.to_owned(),
        })
    }
}

/// The path of the interpreter that is in `PATH`; `why` completes "it is needed ...".
///
/// # Errors
/// [`BuildError::MissingTool`] if there is none.
pub fn system_python(env: &BuildEnv, why: &'static str) -> Result<PathBuf, BuildError> {
    let printed = isolated(Invocation::of(&python(why), env), env)
        .args(["-c", "import sys; print(sys.executable)"])
        .run(None)?;
    Ok(PathBuf::from(printed.trim()))
}

const fn python(why: &'static str) -> Tool {
    Tool {
        program: "python3",
        why,
        install: INSTALL_PYTHON,
        settings: Settings::Python,
    }
}

fn python_of(venv: &Path) -> PathBuf {
    venv.join("bin").join("python")
}

fn pip(venv: &Path, env: &BuildEnv) -> Invocation {
    isolated(Invocation::at(&python_of(venv), Settings::Python, env), env).args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ])
}

/// A run of Python that depends on nothing but what is installed: isolated (`-I`) from the
/// current folder, which it would look for modules in first, from the user's packages, and
/// from variables. It leaves no compiled modules behind (`-B`).
fn isolated(python: Invocation, env: &BuildEnv) -> Invocation {
    python
        .args(["-I", "-B", "-X", "utf8"])
        .env("RUST_BACKTRACE", "0")
        .current_dir(env.root())
}

#[cfg(test)]
mod tests;
