//! Whether what cargo takes for up to date was made from the sources that are there now.
//!
//! Cargo compares times: a file that is older than what was made from it counts as unchanged.
//! It also knows the root of a workspace by name and version only (documentation of
//! `cargo::core::compiler::fingerprint` and of `SourceId::stable_hash`), and all packages that
//! are built here share one folder. So an older file that was put back, or another package of
//! the same name, is up to date for cargo. Here contents are compared: beside each file that
//! cargo has made is noted what it was made from.
//!
//! The notes are taken away before cargo runs. After a build that failed they come back empty:
//! nobody knows what cargo's files were made from, so none is taken for up to date. After one
//! that was killed there are none, and everything that cargo has made is removed, because it
//! may run a build script that was half done before it says anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::artifact::Artifact;
use crate::{BuildEnv, BuildError, digest, record};

/// The name of the note.
const NAME: &str = "rust-artifacts";

/// What the files were made from that cargo has made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Notes(BTreeMap<PathBuf, MadeFrom>);

/// What a file was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MadeFrom {
    /// The `Cargo.toml` of its package.
    manifest: PathBuf,
    /// Files that were read for it or others of the same build, wherever they are.
    read: Vec<PathBuf>,
    /// The digest of the package and of these files.
    digest: String,
}

impl Notes {
    /// Takes the notes away. `None`: there are none, or they are of another form.
    ///
    /// # Errors
    /// [`BuildError::Io`] if they cannot be removed.
    pub(super) fn take(env: &BuildEnv) -> Result<Option<Self>, BuildError> {
        let noted = record::read(env, NAME);
        record::remove(env, NAME)?;
        Ok(noted.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The artifacts of packages in folders that cargo took for up to date, and that may be
    /// made from something else than what is there now. Those in `built` have just been built.
    pub(super) fn doubtful<'a>(
        &self,
        artifacts: &'a [Artifact],
        built: &BTreeSet<PathBuf>,
    ) -> Vec<&'a Artifact> {
        let mut digests = HashMap::new();
        let mut is_known = |file: &PathBuf, artifact: &Artifact| {
            let Some(noted) = self.0.get(file) else {
                return false;
            };
            let today = digests
                .entry((&noted.manifest, &noted.read))
                .or_insert_with(|| digest_of(&noted.manifest, &noted.read).ok());
            noted.manifest == artifact.manifest && today.as_ref() == Some(&noted.digest)
        };
        artifacts
            .iter()
            .filter(|artifact| artifact.is_folder && !artifact.is_new)
            .filter(|artifact| {
                let mut files = artifact.files.iter();
                !files.all(|file| built.contains(file) || is_known(file, artifact))
            })
            .collect()
    }

    /// Notes what the files of artifacts in `built` were made from. Of a package in which
    /// something has `changed` meanwhile that is not known.
    pub(super) fn note(
        &mut self,
        artifacts: &[Artifact],
        built: &BTreeSet<PathBuf>,
        read: &[PathBuf],
        changed: impl Fn(&Path) -> bool,
    ) {
        self.0
            .retain(|file, from| file.is_file() && from.manifest.is_file());
        let mut known = HashMap::new();
        let read_is_unchanged = !read.iter().any(|file| changed(file));
        for artifact in artifacts.iter().filter(|artifact| artifact.is_folder) {
            let from = known.entry(&artifact.manifest).or_insert_with(|| {
                let folder = artifact.manifest.parent()?;
                let digest = digest_of(&artifact.manifest, read).ok()?;
                (read_is_unchanged && !changed(folder)).then(|| MadeFrom {
                    manifest: artifact.manifest.clone(),
                    read: read.to_owned(),
                    digest,
                })
            });
            for file in artifact.files.iter().filter(|file| built.contains(*file)) {
                match from {
                    Some(from) => self.0.insert(file.clone(), from.clone()),
                    None => self.0.remove(file),
                };
            }
        }
    }

    /// Puts the notes back.
    ///
    /// # Errors
    /// [`BuildError::Io`] if they cannot be written.
    pub(super) fn keep(&self, env: &BuildEnv) -> Result<(), BuildError> {
        // Paths that are no text are not noted, and so never up to date.
        let text = serde_json::to_string(self).unwrap_or_default();
        record::write(env, NAME, &text)
    }
}

/// The digest of a package and of files that were read for it.
fn digest_of(manifest: &Path, read: &[PathBuf]) -> Result<String, BuildError> {
    let folder = manifest.parent().unwrap_or(manifest);
    digest::of_sources(folder, super::WRITTEN_BY_CARGO, read)
}
