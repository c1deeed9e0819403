//! What a language must provide to be built.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::progress::{Progress, Step};
use crate::{BuildEnv, BuildError, Language};

/// What decides whether a component has to be built again, besides the files in
/// its source folder (which are always looked at, except for
/// [`Inputs::IGNORED_FOLDERS`]), the SDKs and the interface package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Further files and folders, for instance a library by path. What does not
    /// exist is legal and counts as absent.
    pub paths: Vec<PathBuf>,
    /// Versions of tools, flags and the like. Prefer pinned versions: the facts
    /// are asked for before any tool is installed.
    pub facts: Vec<String>,
    /// Files right in the source folder that the tool itself writes, as `Cargo.lock`, and
    /// that do not count therefore.
    pub written_by_tool: &'static [&'static str],
    /// Whether only the tool knows all that it reads: then what it has read the last time
    /// ([`Output::read`]) decides as well, and whenever any of it has changed the tool is asked.
    pub checked_by_tool: bool,
}

impl Inputs {
    /// Folders that are never looked into, at any depth, and folders whose name
    /// starts with a dot likewise.
    pub const IGNORED_FOLDERS: &'static [&'static str] =
        &["target", "node_modules", "__pycache__", "venv"];
}

/// What a build has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The component.
    pub component: PathBuf,
    /// The files and folders that it was made of besides the source folder and [`Inputs`]: with
    /// them it can be told without the tool whether the component is up to date. `None` if one
    /// of them may have been changed meanwhile.
    pub read: Option<Vec<PathBuf>>,
}

impl Output {
    /// One that was made of nothing else.
    pub fn of(component: PathBuf) -> Self {
        Self {
            component,
            read: Some(Vec::new()),
        }
    }
}

/// Builds the components of one language.
///
/// The methods are called from several threads at once, but never two builds of
/// one source folder, nor [`ensure_tools`](Self::ensure_tools) beside itself (in
/// this process or in another one that uses the same `.stormcell`).
pub trait Toolchain: Send + Sync {
    /// The language.
    fn language(&self) -> Language;

    /// What decides whether `source` has to be built again. Must be quick and
    /// must not need any tool that is not installed yet.
    ///
    /// # Errors
    /// The project file cannot be read or says something impossible.
    fn inputs(&self, source: &Path, env: &BuildEnv) -> Result<Inputs, BuildError>;

    /// Installs what is missing under [`BuildEnv::tool_dir`]; does nothing, and
    /// starts no [`Step`], if everything is there. Called before the first build
    /// of the language in a run, and not at all if nothing has to be built.
    ///
    /// # Errors
    /// [`BuildError::MissingTool`] if a program is needed that this tool does
    /// not install by itself; else what went wrong.
    fn ensure_tools(&self, env: &BuildEnv, progress: &dyn Progress) -> Result<(), BuildError>;

    /// Builds `source` and says where the component is; it is copied from there.
    /// Intermediate files go to [`BuildEnv::work_dir`], and nothing else is changed, neither
    /// by the tool nor by code of the author that it runs in a sandbox; what is run is
    /// checked just before it is. `step` is the phase
    /// "building ...", already started and finished by the caller.
    ///
    /// # Errors
    /// What went wrong, with what the tools printed.
    fn build(&self, source: &Path, env: &BuildEnv, step: &Step<'_>) -> Result<Output, BuildError>;
}

/// The toolchains of every language.
pub fn all_toolchains() -> Vec<Arc<dyn Toolchain>> {
    vec![
        Arc::new(crate::rust::RustToolchain),
        Arc::new(crate::python::PythonToolchain),
        Arc::new(crate::javascript::JavaScriptToolchain),
    ]
}
