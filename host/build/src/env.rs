//! Where everything is kept, and the surroundings of the programs that run.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::environment::{self, Settings};
use crate::lock::Lock;
use crate::place::Place;
use crate::{BuildError, Cancel, digest, embedded, lock, place, record};

/// The `.stormcell` folder and what lies in it:
///
/// | folder | holds |
/// |---|---|
/// | `components/` | what was built, as `NAME-DIGEST.wasm` |
/// | `tools/` | tools that were installed, one folder each |
/// | `work/` | intermediate files of builds, one folder a source folder |
/// | `sdk/DIGEST/` | the interface package and the SDKs, unpacked from the program |
/// | `cache/` | compiled components (kept by the sandbox) |
/// | `bench/` | programs that are measured (kept by `stormcell bench`) |
/// | `records/` | digests of what was installed and built |
/// | `locks/` | files that builds lock |
/// | `made`, `made-at` | by which the folder is known to have been made here |
/// | `set-aside/` | what is not used because it was not made here |
#[derive(Debug, Clone)]
pub struct BuildEnv {
    root: PathBuf,
    sdk: PathBuf,
    seal: String,
    set_aside: Option<PathBuf>,
    search_path: Option<OsString>,
    variables: Option<Vec<(OsString, OsString)>>,
    cancel: Cancel,
    /// The folder whose tools are used, if it is another.
    tools: Option<Arc<BuildEnv>>,
    /// Held by all clones: nobody cleans up meanwhile.
    _in_use: Arc<Lock>,
}

/// The lock that is shared by all who use the folder, and that who cleans up has alone.
pub(crate) const IN_USE: &str = "in-use";

impl BuildEnv {
    /// Opens the `.stormcell` folder `root` (see [`crate::state_dir`]), which is
    /// made if needed and closed to other users, and unpacks the interface package and the
    /// SDKs there. Of one that was not made here nothing is run ([`set_aside`](Self::set_aside)).
    ///
    /// # Errors
    /// [`BuildError::Io`] if it cannot be written, or belongs to another user,
    /// [`BuildError::FromElsewhere`] if it was not made here and must be left as it is.
    pub fn open(root: &Path, cancel: Cancel) -> Result<Self, BuildError> {
        let root = absolute(root)?;
        // Tools in it are run by builds, outside of any sandbox.
        let place = place::open(&root, &cancel)?;
        let in_use = lock::share(&root.join("locks"), IN_USE, &cancel)?;
        Self::opened(root, place, in_use, cancel)
    }

    /// The same, if nobody else uses the folder, neither this process nor another; and nobody
    /// does as long as this or a clone of it is there. `None`: somebody uses it.
    ///
    /// # Errors
    /// As of [`open`](Self::open).
    pub fn open_alone(root: &Path, cancel: Cancel) -> Result<Option<Self>, BuildError> {
        let root = absolute(root)?;
        let place = place::open(&root, &cancel)?;
        match lock::try_acquire(&root.join("locks"), IN_USE)? {
            Some(alone) => Self::opened(root, place, alone, cancel).map(Some),
            None => Ok(None),
        }
    }

    fn opened(
        root: PathBuf,
        place: Place,
        in_use: Lock,
        cancel: Cancel,
    ) -> Result<Self, BuildError> {
        let ignore = root.join(".gitignore");
        if !ignore.exists() {
            std::fs::write(&ignore, place::IGNORED)
                .map_err(|error| BuildError::io("writing", &ignore, error))?;
        }
        let sdk = embedded::unpack(&root, &cancel)?;
        Ok(Self {
            root,
            sdk,
            seal: place.seal,
            set_aside: place.set_aside,
            search_path: None,
            variables: None,
            cancel,
            tools: None,
            _in_use: Arc::new(in_use),
        })
    }

    /// Whether the `.stormcell` folder `root` is one that was made where it is, so that to
    /// open it changes nothing.
    pub fn is_from_here(root: &Path) -> bool {
        place::is_from_here(root)
    }

    /// Where tools, components and everything else that is run were put when this folder was
    /// opened, if it was not made here: it came with the sources, was copied or restored, or
    /// other users could write there.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// The key of this folder, with which notes are sealed.
    pub(crate) fn seal(&self) -> &str {
        &self.seal
    }

    /// Looks for programs there instead of in `PATH`.
    #[must_use]
    pub fn with_search_path(mut self, path: impl Into<OsString>) -> Self {
        self.search_path = Some(path.into());
        self
    }

    /// Chooses from these variables what programs get, instead of from those of this
    /// process.
    #[must_use]
    pub fn with_variables(
        mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        self.variables = Some(variables.into_iter().collect());
        self
    }

    /// The variables that a program with these settings gets.
    pub(crate) fn passed_on(&self, settings: Settings) -> Vec<(OsString, OsString)> {
        match &self.variables {
            Some(variables) => environment::passed_on(variables.clone(), settings),
            None => environment::passed_on(std::env::vars_os(), settings),
        }
    }

    /// A line for the error of a program with these settings that printed this, if it names
    /// a variable that it did not get.
    pub(crate) fn missed(&self, settings: Settings, printed: &[String]) -> Option<String> {
        let variables = self
            .variables
            .clone()
            .unwrap_or_else(|| std::env::vars_os().collect());
        let added = variables
            .iter()
            .find(|(name, _)| name == environment::ADDED);
        let added = added.map(|(_, value)| value.clone()).unwrap_or_default();
        let names: Vec<OsString> = variables.into_iter().map(|(name, _)| name).collect();
        let name = environment::missed(&names, settings, &added, printed)?;
        Some(format!(
            "builds get only some variables of the environment, and {name} is none of them; to \
             pass it on, name it in {}: {}={name}",
            environment::ADDED,
            environment::ADDED
        ))
    }

    /// The `.stormcell` folder, an absolute path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a tool is installed; `name` has its version in it, as
    /// `componentize-py-0.25.1`. The folder may not exist yet: install into
    /// another one beside it and rename that when all is well.
    pub fn tool_dir(&self, name: &str) -> PathBuf {
        self.of_tools().root.join("tools").join(name)
    }

    /// The folder whose tools are used: this one, but in tests.
    pub(crate) fn of_tools(&self) -> &Self {
        self.tools.as_deref().unwrap_or(self)
    }

    /// Uses the tools of that folder, and installs them there.
    #[cfg(test)]
    pub(crate) fn with_tools_of(mut self, other: Arc<Self>) -> Self {
        self.tools = Some(other);
        self
    }

    /// The folder for intermediate files of one source folder, which is made if
    /// needed. It stays from one build to the next.
    ///
    /// # Errors
    /// [`BuildError::Io`] if it cannot be made.
    pub fn work_dir(&self, source: &Path) -> Result<PathBuf, BuildError> {
        let key = source_key(source);
        let dir = self.root.join("work").join(&key);
        create_dir(&dir)?;
        // For those who clean up: whether the source folder is there any more.
        let note = format!("{WORK}{key}");
        if record::read(self, &note).is_none() {
            record::write(self, &note, &source.to_string_lossy())?;
        }
        Ok(dir)
    }

    /// Where components end up.
    pub fn components_dir(&self) -> PathBuf {
        self.root.join("components")
    }

    /// Where compiled components are kept.
    pub fn cache_dir(&self) -> PathBuf {
        self.root.join("cache")
    }

    pub(crate) fn locks_dir(&self) -> PathBuf {
        self.root.join("locks")
    }

    /// The sources of an SDK: `python`, `js` or `rust`, laid out as in the
    /// repository (`sdk/NAME` beside `wit/`). For tools that must find them at the same
    /// place each time; whoever can do without has them unpacked ([`crate::embedded`]).
    pub fn sdk_dir(&self, name: &str) -> PathBuf {
        self.sdk.join("sdk").join(name)
    }

    /// Makes sure that the interface package and the SDKs are as they were unpacked.
    ///
    /// # Errors
    /// [`BuildError::Changed`] if they are not.
    pub(crate) fn check_sdk(&self) -> Result<(), BuildError> {
        embedded::check(&self.sdk)
    }

    /// The digest of the interface package and all SDKs.
    pub fn sdk_digest(&self) -> &str {
        embedded::digest()
    }

    /// Where programs are looked for, if not in `PATH`.
    pub fn search_path(&self) -> Option<&OsStr> {
        self.search_path.as_deref()
    }

    /// What stops the build.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }
}

/// How the names of the notes begin that say what a folder for intermediate files is of.
pub(crate) const WORK: &str = "work-";

/// Makes a folder and those above it.
pub(crate) fn create_dir(dir: &Path) -> Result<(), BuildError> {
    std::fs::create_dir_all(dir).map_err(|error| BuildError::io("creating", dir, error))
}

/// Removes a folder and what is in it, if it is there.
pub(crate) fn remove_dir(dir: &Path) -> Result<(), BuildError> {
    absent_is_fine(dir, std::fs::remove_dir_all(dir))
}

/// Removes a file, if it is there.
pub(crate) fn remove_file(file: &Path) -> Result<(), BuildError> {
    absent_is_fine(file, std::fs::remove_file(file))
}

fn absolute(root: &Path) -> Result<PathBuf, BuildError> {
    std::path::absolute(root).map_err(|error| BuildError::io("finding", root, error))
}

fn absent_is_fine(path: &Path, removed: std::io::Result<()>) -> Result<(), BuildError> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(BuildError::io("removing", path, error))
        }
        _ => Ok(()),
    }
}

/// The name of a source folder for files: letters, digits, `-` and `_`.
pub(crate) fn source_name(source: &Path) -> String {
    let name = source
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
                c
            } else {
                '_'
            }
        })
        .take(64)
        .collect();
    if name.is_empty() {
        "component".to_owned()
    } else {
        name
    }
}

/// Its name and a part of the digest of its path: unique in `.stormcell`.
pub(crate) fn source_key(source: &Path) -> String {
    let path = Sha256::digest(source.as_os_str().as_encoded_bytes());
    format!("{}-{}", source_name(source), digest::short(&path))
}
