//! Code of modules that is compiled before a component is built: the standard library, once
//! for all components, and an author's dependencies, once for each change of them.
//!
//! Only CPython as it is in components can do that. So a component is made for nothing else
//! and thrown away. None of the modules is run then, and so none can change what is kept. It
//! saves time, and memory: what compiling leaves behind there would become a part of the
//! component.

use std::path::{Path, PathBuf};

use super::VENV;
use crate::env::{create_dir, remove_dir};
use crate::progress::{Progress, Step};
use crate::sources::copy_all;
use crate::{BuildEnv, BuildError, embedded, record};

/// The folder of the standard library among the tools. To be changed with
/// `sdk/python/stormcell/kept/compiling.py`, if that makes something else of the same CPython.
pub(super) const FOLDER: &str = "python-library-3.14.0-1";

/// The name of the note of what is in it.
const KEPT: &str = "tools-python-library-3.14.0-1";

/// The file in it.
const FILE: &str = "library";

/// Compiles the standard library, unless that has been done. The virtual environment is
/// there.
pub(super) fn ensure(env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError> {
    let target = env.tool_dir(FOLDER);
    if record::is_kept(env, KEPT, &target)? {
        return Ok(());
    }
    let step = Step::start(progress, "compiling the standard library of Python");
    record::remove(env, KEPT)?;
    let partial = env.tool_dir(&format!("{FOLDER}.partial"));
    for folder in [&target, &partial] {
        remove_dir(folder)?;
    }
    let made = partial.join("made");
    create_dir(&made)?;
    compile(&partial.join("work"), None, &made.join(FILE), env, &step)?;
    record::keep(env, KEPT, &made, &target)?;
    remove_dir(&partial)?;
    step.done();
    Ok(())
}

/// Where it is, as it was compiled.
///
/// # Errors
/// [`BuildError::Changed`] if it is not.
pub(super) fn file(env: &BuildEnv) -> Result<PathBuf, BuildError> {
    let target = env.tool_dir(FOLDER);
    if record::is_kept(env, KEPT, &target)? {
        Ok(target.join(FILE))
    } else {
        Err(BuildError::Changed { path: target })
    }
}

/// Compiles the modules of a folder of dependencies, or those of the standard library, to a
/// file. `work` is a folder for that alone.
pub(super) fn compile(
    work: &Path,
    packages: Option<&Path>,
    to: &Path,
    env: &BuildEnv,
    step: &Step<'_>,
) -> Result<(), BuildError> {
    remove_dir(work)?;
    let (tool, modules) = (work.join("tool"), work.join("modules"));
    embedded::unpack_into(&tool, "sdk/python/")?;
    let python = tool.join("sdk").join("python");
    copy_all(&python.join("stormcell"), &modules.join("sdk/stormcell"))?;
    if let Some(packages) = packages {
        copy_all(packages, &modules.join("packages"))?;
    }
    VENV.check(env)?;
    let mut script = VENV.run(env).arg(python.join("build/componentize.py"));
    if packages.is_some() {
        script = script.arg("--packages").arg(modules.join("packages"));
    }
    script
        .arg("--compile")
        .arg("--work")
        .arg(modules.join("main"))
        .arg("--out")
        .arg(to)
        .args([modules.join("sdk"), modules.join("sdk")])
        .current_dir(work)
        .run(Some(step))?;
    remove_dir(work)
}
