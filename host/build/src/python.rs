//! Components in Python: componentize-py makes a component of the author's
//! modules, their dependencies, the SDK and CPython. `sdk/python/build/componentize.py`
//! does that; here is what it needs: Python, a virtual environment of our own with
//! the pinned tool, and the author's dependencies.

mod project;
mod returned_bytes;

use std::path::{Path, PathBuf};

use crate::env::{remove_dir, remove_file};
use crate::progress::{Progress, Step};
use crate::{BuildEnv, BuildError, Inputs, Language, Toolchain, Venv};
use project::Project;

/// The pinned tool, as a requirement of pip.
const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";

/// The folder of the virtual environment that holds it.
const TOOLS: &str = "python-componentize-py-0.25.1";

/// The version of CPython that componentize-py puts into components: what the
/// author's dependencies must run on.
const GUEST_PYTHON: &str = "3.14";

/// What pip does not know when it finds no package that will do.
const ONLY_PURE_PYTHON: &str = "components can use packages of pure Python (wheels named \
                                ...-none-any.whl) and no others";

/// componentize-py in a virtual environment.
const VENV: Venv = Venv {
    what: COMPONENTIZE_PY,
    folder: TOOLS,
    module: "componentize_py",
    why: "to build components in Python",
};

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
        VENV.ensure(env, progress, &[COMPONENTIZE_PY.as_ref()])
    }

    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<PathBuf, BuildError> {
        let project = Project::read(source)?;
        let work = env.work_dir(source)?;
        let packages = work.join("packages");
        install_dependencies(&project, &packages, env, step)?;
        let component = work.join("component.wasm");
        remove_file(&component)?;
        let sdk = env.sdk_dir("python");
        VENV.run(env)
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
    if packages.is_dir()
        && stormcell_regular_file::read_to_string(&stamp, Language::PROJECT_FILE)
            .unwrap_or_default()
            == wanted
    {
        return Ok(());
    }
    remove_dir(packages)?;
    crate::env::create_dir(packages)?;
    if !project.dependencies().is_empty() {
        step.line("installing the dependencies of pyproject.toml");
        VENV.pip(env)
            .args(["--only-binary", ":all:", "--implementation", "py"])
            .args(["--abi", "none", "--platform", "any"])
            .args(["--python-version", GUEST_PYTHON, "--target"])
            .arg(packages)
            .arg("--")
            .args(project.dependencies())
            .run(Some(step))
            .map_err(|error| error.with_note(ONLY_PURE_PYTHON))?;
    }
    std::fs::write(&stamp, wanted).map_err(|error| BuildError::io("writing", &stamp, error))
}

#[cfg(test)]
mod tests;
