//! Components in Python: componentize-py makes a component of the author's
//! modules, their dependencies, the SDK and CPython. `sdk/python/build/componentize.py`
//! does that; here is what it needs: Python, a virtual environment of our own with
//! the pinned tool, and the author's dependencies.

mod project;
mod returned_bytes;

use std::path::{Path, PathBuf};

use crate::progress::{Progress, Step};
use crate::{BuildEnv, BuildError, Inputs, Invocation, Language, Tool, Toolchain};
use project::Project;

/// The pinned tool, as a requirement of pip.
const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";

/// The folder of the virtual environment that holds it.
const TOOLS: &str = "python-componentize-py-0.25.1";

/// The version of CPython that componentize-py puts into components: what the
/// author's dependencies must run on.
const GUEST_PYTHON: &str = "3.14";

const INSTALL_PYTHON: &str = "sudo apt-get install -y python3 python3-venv";

const PYTHON: Tool = Tool {
    program: "python3",
    why: "to build components in Python",
    install: INSTALL_PYTHON,
};

/// Prints the version, and whether it is too old (`old`) or cannot make virtual
/// environments (`no-venv`; Debian packs that apart), else `ok`.
const CHECK_PYTHON: &str = "\
import sys
print('.'.join(map(str, sys.version_info[:3])), end=' ')
old = sys.version_info < (3, 10)
try:
    import venv, ensurepip
    print('old' if old else 'ok')
except ImportError:
    print('old' if old else 'no-venv')
";

/// Builds components in Python.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PythonToolchain;

impl Toolchain for PythonToolchain {
    fn language(&self) -> Language {
        Language::Python
    }

    fn inputs(&self, source: &Path, _env: &BuildEnv) -> Result<Inputs, BuildError> {
        Project::read(source)?;
        Ok(Inputs {
            paths: Vec::new(),
            facts: [TOOLS, GUEST_PYTHON, returned_bytes::FACT]
                .map(str::to_owned)
                .to_vec(),
            checked_by_tool: false,
        })
    }

    fn ensure_tools(&self, env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError> {
        let target = env.tool_dir(TOOLS);
        if works(&target, env) {
            return Ok(());
        }
        check_python(env)?;
        let step = Step::start(progress, format!("installing {COMPONENTIZE_PY}"));
        remove_dir(&target)?;
        let partial = env.tool_dir(&format!("{TOOLS}.partial"));
        remove_dir(&partial)?;
        Invocation::of(&PYTHON, env)
            .args(["-m", "venv"])
            .arg(&partial)
            .run(Some(&step))?;
        pip(&partial, env).arg(COMPONENTIZE_PY).run(Some(&step))?;
        std::fs::rename(&partial, &target)
            .map_err(|error| BuildError::io("creating", &target, error))?;
        step.done();
        Ok(())
    }

    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<PathBuf, BuildError> {
        let project = Project::read(source)?;
        let work = env.work_dir(source)?;
        let packages = work.join("packages");
        install_dependencies(&project, &packages, env, step)?;
        let component = work.join("component.wasm");
        remove_file(&component)?;
        let sdk = env.sdk_dir("python");
        clean(Invocation::at(&python_of(&env.tool_dir(TOOLS)), env))
            .arg(sdk.join("build").join("componentize.py"))
            .arg("--wit")
            .arg(env.wit_dir())
            .arg("--world")
            .arg(project.world())
            .arg("--class")
            .arg(project.class())
            .arg("--work")
            .arg(work.join("main"))
            .arg("--out")
            .arg(&component)
            .args([&sdk, source, &packages])
            .current_dir(source)
            .run(Some(step))?;
        returned_bytes::free(&component)?;
        Ok(component)
    }
}

/// The interpreter of a virtual environment. Its scripts are not used: they name
/// the folder in which they were installed.
fn python_of(venv: &Path) -> PathBuf {
    venv.join("bin").join("python")
}

/// Whether the virtual environment is there and its interpreter still is: that is
/// a link to the system's, which may have been replaced since.
fn works(venv: &Path, env: &BuildEnv) -> bool {
    venv.is_dir()
        && clean(Invocation::at(&python_of(venv), env))
            .args(["-c", "import componentize_py"])
            .run(None)
            .is_ok()
}

/// A run of Python that does not depend on the surroundings of whoever builds.
fn clean(python: Invocation) -> Invocation {
    python
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .env("RUST_BACKTRACE", "0")
        .without_env("PYTHONPATH")
        .without_env("PYTHONHOME")
        .without_env("VIRTUAL_ENV")
}

/// `pip install` in a virtual environment.
fn pip(venv: &Path, env: &BuildEnv) -> Invocation {
    clean(Invocation::at(&python_of(venv), env)).args([
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ])
}

/// Whether Python is there, new enough, and can make virtual environments.
fn check_python(env: &BuildEnv) -> Result<(), BuildError> {
    let printed = clean(Invocation::of(&PYTHON, env))
        .args(["-c", CHECK_PYTHON])
        .run(None)?;
    let (version, verdict) = printed.trim().split_once(' ').unwrap_or((&printed, ""));
    let tool = match verdict {
        "ok" => return Ok(()),
        "no-venv" => "python3-venv".to_owned(),
        _ => format!("python3 of version 3.10 or later (found: {version})"),
    };
    Err(BuildError::MissingTool {
        tool,
        why: PYTHON.why.to_owned(),
        install: INSTALL_PYTHON.to_owned(),
    })
}

/// Installs what the author's project depends on, unless that has been done.
/// Only packages of pure Python: there is no other binary form for components.
fn install_dependencies(
    project: &Project,
    packages: &Path,
    env: &BuildEnv,
    step: &Step<'_>,
) -> Result<(), BuildError> {
    let wanted = project.dependencies().join("\n");
    let stamp = packages.join(".requirements");
    if packages.is_dir() && std::fs::read_to_string(&stamp).unwrap_or_default() == wanted {
        return Ok(());
    }
    remove_dir(packages)?;
    crate::env::create_dir(packages)?;
    if !project.dependencies().is_empty() {
        step.line("installing the dependencies of pyproject.toml");
        pip(&env.tool_dir(TOOLS), env)
            .args(["--only-binary", ":all:", "--implementation", "py"])
            .args(["--abi", "none", "--platform", "any"])
            .args(["--python-version", GUEST_PYTHON, "--target"])
            .arg(packages)
            .arg("--")
            .args(project.dependencies())
            .run(Some(step))
            .map_err(explain)?;
    }
    std::fs::write(&stamp, wanted).map_err(|error| BuildError::io("writing", &stamp, error))
}

/// Adds what pip does not know: only packages of pure Python will do.
fn explain(error: BuildError) -> BuildError {
    match error {
        BuildError::Failed {
            command,
            status,
            mut output,
        } => {
            output.push(
                "note: components can use packages of pure Python (wheels named \
                 ...-none-any.whl) and no others"
                    .to_owned(),
            );
            BuildError::Failed {
                command,
                status,
                output,
            }
        }
        other => other,
    }
}

fn remove_dir(dir: &Path) -> Result<(), BuildError> {
    absent_is_fine("removing", dir, std::fs::remove_dir_all(dir))
}

fn remove_file(file: &Path) -> Result<(), BuildError> {
    absent_is_fine("removing", file, std::fs::remove_file(file))
}

fn absent_is_fine(
    doing: &'static str,
    path: &Path,
    result: std::io::Result<()>,
) -> Result<(), BuildError> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(BuildError::io(doing, path, error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
