//! Components in Python: componentize-py makes a component of the author's
//! modules, their dependencies, the SDK and CPython with its library. The script
//! `sdk/python/build/componentize.py` does that; here is what it needs: Python, a virtual
//! environment of our own with the pinned tool, the compiled library ([`library`]), and the
//! author's dependencies.
//!
//! componentize-py runs the author's modules, in a sandbox that may write to every folder
//! in which it looks for modules. So none of these folders is anything but a copy that is
//! made for one build and thrown away after it ([`scratch`]), and what runs outside of the
//! sandbox (Python, componentize-py, the script) lies in none of them.

mod library;
mod project;
mod requirement;
mod returned_bytes;
mod scratch;

use std::path::{Path, PathBuf};

use crate::env::{remove_dir, remove_file};
use crate::progress::{Progress, Step};
use crate::shared::{self, Shared};
use crate::{BuildEnv, BuildError, Inputs, Language, Output, Toolchain, Venv, digest, env, record};
use project::Project;
use requirement::Requirement;
use scratch::Scratch;

/// The pinned tool, as a requirement of pip.
const COMPONENTIZE_PY: &str = "componentize-py==0.25.1";

/// The time zones that every component gets, likewise.
const TZDATA: &str = "tzdata==2026.6";

/// The folder of the virtual environment that holds both.
const TOOLS: &str = "python-componentize-py-0.25.1-tzdata-2026.6";

/// How the names of all folders of these tools begin that there ever were, and those of now.
pub(crate) const FOLDERS: [(&str, &str); 2] = [
    ("python-componentize-py-", TOOLS),
    ("python-library-", library::FOLDER),
];

/// The version of CPython that componentize-py puts into components: what the
/// author's dependencies must run on.
const GUEST_PYTHON: &str = "3.14";

/// Of the folder of an author's dependencies, the one with the packages.
const MODULES: &str = "modules";

/// And the file with their compiled modules, which is not there without dependencies.
const CODE: &str = "code";

/// A note for the error of pip, which does not know why it finds no package that will do.
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
        let project = Project::read(source)?;
        let files = project.dependencies().iter().filter_map(Requirement::file);
        let shared = shared_by(&project, source)?;
        let shared = shared.into_iter().map(|shared| shared.origin);
        Ok(Inputs {
            paths: files.map(Path::to_owned).chain(shared).collect(),
            facts: [TOOLS, library::FOLDER, GUEST_PYTHON, returned_bytes::FACT]
                .map(str::to_owned)
                .to_vec(),
            ..Inputs::default()
        })
    }

    fn ensure_tools(&self, env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError> {
        VENV.ensure(env, progress, &[COMPONENTIZE_PY.as_ref(), TZDATA.as_ref()])?;
        library::ensure(env, progress)
    }

    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<Output, BuildError> {
        let project = Project::read(source)?;
        let packages = install_dependencies(&project, source, env, step)?;
        let component = env.work_dir(source)?.join("component.wasm");
        remove_file(&component)?;
        let shared = shared_by(&project, source)?;
        let scratch = Scratch::new(source, &packages.join(MODULES), &shared, env)?;
        VENV.check(env)?;
        VENV.run(env)
            .arg(scratch.script())
            .arg("--wit")
            .arg(scratch.wit_dir())
            .arg("--world")
            .arg(project.world())
            .arg("--class")
            .arg(project.class())
            .arg("--library")
            .arg(library::file(env)?)
            .arg("--code")
            .arg(packages.join(CODE))
            .arg("--work")
            .arg(scratch.main())
            .arg("--out")
            .arg(&component)
            .args(scratch.folders())
            .current_dir(scratch.path())
            .run(Some(step))
            .map_err(|error| scratch.explain(error))?;
        returned_bytes::free(&component)?;
        Ok(Output::of(component))
    }
}

/// What the project has in common with others.
fn shared_by(project: &Project, source: &Path) -> Result<Vec<Shared>, BuildError> {
    shared::of(source, project.shared()).map_err(|message| BuildError::Project {
        path: source.join(Language::Python.project_file()),
        message: format!("[tool.stormcell] {message}"),
    })
}

/// Installs what the author's project depends on and compiles it, unless that has been done,
/// and says where. Only packages of pure Python: there is no other binary form for components.
fn install_dependencies(
    project: &Project,
    source: &Path,
    env: &BuildEnv,
    step: &Step<'_>,
) -> Result<PathBuf, BuildError> {
    let work = env.work_dir(source)?;
    let packages = work.join("dependencies");
    let key = env::source_key(source);
    let (kept, stamp) = (format!("dependencies-{key}"), format!("requirements-{key}"));
    let mut wanted = Vec::new();
    for requirement in project.dependencies() {
        wanted.push(requirement.text().to_owned());
        if let Some(file) = requirement.file() {
            wanted.push(digest::of_file(file)?);
        }
    }
    let wanted = wanted.join("\n");
    if record::read(env, &stamp).as_ref() == Some(&wanted)
        && record::is_kept(env, &kept, &packages)?
    {
        return Ok(packages);
    }
    record::remove(env, &stamp)?;
    let partial = work.join("dependencies.partial");
    for folder in [&packages, &partial] {
        remove_dir(folder)?;
    }
    let modules = partial.join(MODULES);
    env::create_dir(&modules)?;
    if !project.dependencies().is_empty() {
        step.line("installing the dependencies of pyproject.toml");
        VENV.check(env)?;
        let (wheels, published): (Vec<&Requirement>, Vec<&Requirement>) = project
            .dependencies()
            .iter()
            .partition(|requirement| requirement.is_url());
        // pip looks for files and folders by the text of a requirement: here it finds none.
        let empty = work.join("pip");
        remove_dir(&empty)?;
        env::create_dir(&empty)?;
        // A wheel from anywhere may depend on an archive from anywhere, and pip would run
        // what is in that: its options are for what an index has.
        for (dependencies, alone) in [(published, None), (wheels, Some("--no-deps"))] {
            if dependencies.is_empty() {
                continue;
            }
            VENV.pip(env)
                .args(alone)
                .args(["--only-binary", ":all:", "--implementation", "py"])
                .args(["--abi", "none", "--platform", "any"])
                .args(["--python-version", GUEST_PYTHON, "--target"])
                .arg(&modules)
                .arg("--")
                .args(dependencies.into_iter().map(Requirement::text))
                .current_dir(&empty)
                .run(Some(step))
                .map_err(|error| error.with_note(ONLY_PURE_PYTHON))?;
        }
        remove_dir(&empty)?;
        step.line("compiling them");
        let compiling = work.join("compiling");
        library::compile(&compiling, Some(&modules), &partial.join(CODE), env, step)?;
    }
    record::keep(env, &kept, &partial, &packages)?;
    record::write(env, &stamp, &wanted)?;
    Ok(packages)
}

#[cfg(test)]
mod tests;
