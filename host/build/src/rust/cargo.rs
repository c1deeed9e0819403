//! Runs cargo for a package until its component is made from the sources that are there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::artifact::{self, Artifact};
use super::up_to_date::Notes;
use super::{CARGO, TARGET, WRITTEN_BY_CARGO, made_of, proven, target_dir};
use crate::env::remove_dir;
use crate::moment::Moment;
use crate::progress::Step;
use crate::{BuildEnv, BuildError, Invocation, Output, shared, sources};

/// What is done about files of which cargo says, and nobody else knows, that they are up to
/// date.
#[derive(Debug, Clone, Copy)]
enum Remedy {
    /// Cargo's notes about their packages are removed: it builds them again.
    Forget,
    /// Everything that cargo has made is removed.
    Remove,
}

/// Builds of a package, under the lock of the target folder.
pub(super) struct Cargo<'a> {
    pub(super) source: &'a Path,
    pub(super) env: &'a BuildEnv,
    pub(super) step: &'a Step<'a>,
    /// The option that makes it depend on the SDK which this program carries.
    pub(super) patch: Option<String>,
}

impl Cargo<'_> {
    /// Builds the package until everything that went into its component was made from what is
    /// there now. `None` if the package of `manifest` makes no component.
    ///
    /// # Errors
    /// What cargo says, or that a file could not be read or written.
    pub(super) fn component(&self, manifest: &Path) -> Result<Option<Output>, BuildError> {
        let target = target_dir(self.env);
        let mut notes = match Notes::take(self.env)? {
            Some(notes) => notes,
            None => {
                remove_dir(&target)?;
                Notes::default()
            }
        };
        let begun = Moment::now(self.env)?;
        // What is unpacked from this program is compared with that, and nobody changes it.
        let unpacked = self.env.sdk_dir("rust");
        let mut built = BTreeSet::new();
        let mut remedies = [Remedy::Forget, Remedy::Remove].into_iter();
        let artifacts = loop {
            let messages = self.run().inspect_err(|error| {
                // One that was killed leaves nothing that says what it was doing. If this
                // cannot be written, that is as after a kill.
                if !matches!(error, BuildError::Cancelled) {
                    let _ = Notes::default().keep(self.env);
                }
            });
            let mut artifacts = artifact::all(&messages?);
            artifacts.retain(|artifact| !artifact.manifest.starts_with(&unpacked));
            let new = artifacts.iter().filter(|artifact| artifact.is_new);
            built.extend(new.flat_map(|artifact| artifact.files.clone()));
            let doubtful = notes.doubtful(&artifacts, &built);
            if doubtful.is_empty() {
                break artifacts;
            }
            match remedies.next() {
                Some(Remedy::Forget) => forget(&target, &doubtful)?,
                Some(Remedy::Remove) => remove_dir(&target)?,
                None => {
                    let names: Vec<_> = doubtful.iter().map(|artifact| &artifact.package).collect();
                    return Err(BuildError::Project {
                        path: manifest.to_owned(),
                        message: format!(
                            "cargo says that {names:?} did not have to be built, but nothing \
                             was there; if it keeps what it builds elsewhere, remove that"
                        ),
                    });
                }
            }
        };
        let Some(component) = artifact::component(&artifacts, manifest) else {
            return Ok(None);
        };
        let kept = self.env.work_dir(self.source)?.join("component.wasm");
        stormcell_regular_file::copy(component, &kept, u64::MAX)
            .map_err(|error| BuildError::io("copying", component, error))?;
        let rules = component.with_extension("d");
        let rules = sources::read_long_text(&rules)?;
        let mut read: Vec<PathBuf> = made_of::read(&rules, &target)
            .into_iter()
            .map(|file| without_dots(&self.source.join(file)))
            .collect();
        // Nor what cargo has fetched: a version of it is always the same.
        let fetched = artifacts.iter().filter(|artifact| !artifact.is_folder);
        let fetched: BTreeSet<&Path> = fetched
            .filter_map(|artifact| artifact.manifest.parent())
            .collect();
        let is_fixed = |file: &Path| {
            file.starts_with(&unpacked) || file.ancestors().any(|folder| fetched.contains(folder))
        };
        read.retain(|file| !is_fixed(file));
        let changed = |path: &Path| begun.is_before_change_of(path, WRITTEN_BY_CARGO);
        notes.note(&artifacts, &built, &read, changed);
        notes.keep(self.env)?;
        let outside = |file: &&PathBuf| !file.starts_with(self.source);
        let is_known = !read.iter().filter(outside).any(|file| changed(file));
        Ok(Some(Output {
            component: kept,
            read: is_known.then(|| made_of::with_packages(self.source, read)),
        }))
    }

    /// Runs cargo once and returns its messages.
    fn run(&self) -> Result<String, BuildError> {
        let target = target_dir(self.env);
        let mut cargo = Invocation::of(&CARGO, self.env)
            .current_dir(self.source)
            .args(["build", "--release", "--lib", "--target", TARGET])
            .args(["--message-format", "json-render-diagnostics"])
            .env("CARGO_TARGET_DIR", &target)
            // Settings of the user may lead elsewhere (The Cargo Book, `build.build-dir`).
            .env("CARGO_BUILD_BUILD_DIR", &target)
            // Flags for programs of this machine, as `-C target-cpu=native`, are not
            // for components; CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS is.
            .without_env("RUSTFLAGS")
            .without_env("CARGO_ENCODED_RUSTFLAGS")
            .stdout_is_data();
        if let Some(patch) = &self.patch {
            cargo = cargo.args(["--config", patch]);
        }
        // That it is there only saves time: whether it can be written or removed does not
        // matter.
        match cargo.run(Some(self.step)) {
            Ok(messages) => {
                let _ = std::fs::write(proven(self.env), "");
                Ok(messages)
            }
            Err(error) => {
                let _ = std::fs::remove_file(proven(self.env));
                Err(error)
            }
        }
    }
}

/// The path of a file without `..`, also where one follows the name of a link.
fn without_dots(file: &Path) -> PathBuf {
    let plain = shared::without_dots(file);
    match (std::fs::canonicalize(&plain), std::fs::canonicalize(file)) {
        (Ok(plain), Ok(file)) if plain != file => file,
        (Err(_), Ok(file)) => file,
        _ => plain,
    }
}

/// Removes what cargo has noted about the packages of these artifacts: folders called
/// `PACKAGE-` and 16 hexadecimal digits.
pub(super) fn forget(target: &Path, artifacts: &[&Artifact]) -> Result<(), BuildError> {
    for profile in [target.join(TARGET).join("release"), target.join("release")] {
        let Ok(entries) = std::fs::read_dir(profile.join(".fingerprint")) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_of = |artifact: &&Artifact| {
                name.strip_prefix(&artifact.package)
                    .and_then(|rest| rest.strip_prefix('-'))
                    .is_some_and(|hash| {
                        hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit())
                    })
            };
            if artifacts.iter().any(is_of) {
                remove_dir(&entry.path())?;
            }
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests;
