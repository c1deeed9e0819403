//! What one build in Python is handed, all of it copies: the author's folder, his
//! dependencies and the SDK, which the author's code may write to while it is imported,
//! and, where it cannot reach, the script that runs and the interface package.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::env::remove_dir;
use crate::shared::Shared;
use crate::sources::{self, note};
use crate::{BuildEnv, BuildError, embedded};

/// The file that makes a package of a folder.
const PACKAGE: &str = "__init__.py";

/// A folder for one build, which is removed when it is dropped. What a build that was
/// killed has left is removed by the next one.
#[derive(Debug)]
pub(super) struct Scratch {
    dir: PathBuf,
    /// For each folder that modules are looked for in: the copy, and what it is a copy of.
    folders: Vec<(PathBuf, PathBuf)>,
    left_out: Vec<PathBuf>,
}

impl Scratch {
    /// Makes the copies for a build of `source`.
    pub(super) fn new(
        source: &Path,
        packages: &Path,
        shared: &[Shared],
        env: &BuildEnv,
    ) -> Result<Self, BuildError> {
        let dir = env.work_dir(source)?.join("scratch");
        remove_dir(&dir)?;
        let mut scratch = Self {
            folders: vec![
                (dir.join("modules/sdk"), env.sdk_dir("python")),
                (dir.join("modules/source"), source.to_owned()),
                (dir.join("modules/packages"), packages.to_owned()),
            ],
            left_out: Vec::new(),
            dir,
        };
        let tool = scratch.tool();
        embedded::unpack_into(&tool, "sdk/python/")?;
        let sdk = tool.join("sdk").join("python").join("stormcell");
        let [(to_sdk, _), (to_source, _), (to_packages, _)] = scratch.folders.as_slice() else {
            return Ok(scratch);
        };
        sources::copy_all(&sdk, &to_sdk.join("stormcell"))?;
        sources::copy_all(packages, to_packages)?;
        scratch.left_out = sources::copy(source, to_source)?;
        for (number, shared) in shared.iter().enumerate() {
            scratch.share(number, shared)?;
        }
        Ok(scratch)
    }

    /// Adds a folder to those that modules are looked for in: `shared` itself, or one with
    /// `shared` in it, if that is a package or a module.
    fn share(&mut self, number: usize, shared: &Shared) -> Result<(), BuildError> {
        let copy = self.dir.join(format!("modules/shared-{number}"));
        let place = &shared.place;
        let is_module = !shared.origin.is_dir() || shared.origin.join(PACKAGE).is_file();
        let (name, original) = match (is_module, place.file_name(), place.parent()) {
            (true, Some(name), Some(around)) => (Path::new(name), around),
            _ => (Path::new(""), place.as_path()),
        };
        match shared.origin.is_dir() {
            true => {
                let target = match name.as_os_str().is_empty() {
                    true => copy.clone(),
                    false => copy.join(name),
                };
                self.left_out
                    .extend(sources::copy(&shared.origin, &target)?);
            }
            false => sources::copy_file(&shared.origin, &copy.join(name))?,
        }
        self.folders.push((copy, original.to_owned()));
        Ok(())
    }

    /// The folder itself, which has nothing in it that could be taken for a module.
    pub(super) fn path(&self) -> &Path {
        &self.dir
    }

    /// Where the author's code does not reach.
    fn tool(&self) -> PathBuf {
        self.dir.join("tool")
    }

    /// The script that calls componentize-py.
    pub(super) fn script(&self) -> PathBuf {
        self.tool().join("sdk/python/build/componentize.py")
    }

    /// The interface package.
    pub(super) fn wit_dir(&self) -> PathBuf {
        embedded::wit_dir(&self.tool())
    }

    /// The folder for the main module.
    pub(super) fn main(&self) -> PathBuf {
        self.dir.join("modules/main")
    }

    /// The folders that modules are looked for in, each followed by the one that it is
    /// called in messages.
    pub(super) fn folders(&self) -> impl Iterator<Item = OsString> {
        self.folders
            .iter()
            .flat_map(|(copy, original)| [copy.clone().into(), original.clone().into()])
    }

    /// Adds to an error what the author may miss in the copy.
    pub(super) fn explain(&self, error: BuildError) -> BuildError {
        match note(&self.left_out) {
            Some(note) => error.with_note(note),
            None => error,
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next build, or that says why not.
        let _ = remove_dir(&self.dir);
    }
}
