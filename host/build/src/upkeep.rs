//! What becomes of things in `.stormcell` that nobody uses any more: some are removed after
//! each build, the others by `stormcell clean`.
//!
//! | what | how much of it there is | also removed by `clean` |
//! |---|---|---|
//! | components, and what was compiled of them | that of each source folder; 4 more of a name and 256 MiB more of all names, by their last use | all that no source folder was built to last |
//! | compiled code (the sandbox keeps it) | 2 GiB, by its last use | all of components that are not kept here |
//! | files between builds, and dependencies | those of source folders that are there | |
//! | what cargo has made | 2 GiB, then it begins anew | |
//! | tools and SDKs | those of each version of this program that was used | those of other versions |
//! | what was set aside | | all |
//!
//! All of it can be made anew, so nothing is lost but time. What is kept by tasks, and dead
//! letters, cannot, and are never removed here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::builder::{BUILT, Last};
use crate::env::{WORK, remove_dir, remove_file};
use crate::{BuildEnv, BuildError, component, javascript, python, record};

/// Notes about the folder for intermediate files of a source folder, besides [`WORK`].
const NOTES: [&str; 3] = ["dependencies-", "requirements-", "npm-"];

/// What `clean` may remove of all that is in `.stormcell`, if everything is to go.
const EVERYTHING: [(&str, &str); 7] = [
    ("tools", "tools"),
    ("sdk", "SDKs"),
    ("components", "components"),
    ("cache", "compiled code"),
    ("work", "intermediate files"),
    ("bench", "programs that are measured"),
    ("records", "notes"),
];

/// Something that was removed, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// What it is, in the plural.
    pub kind: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// The bytes of all files in it.
    pub bytes: u64,
}

impl Removed {
    fn new(kind: &'static str, path: PathBuf) -> Self {
        let bytes = size_of(&path);
        Self { kind, path, bytes }
    }

    fn remove(&self) -> Result<(), BuildError> {
        match self.path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => remove_dir(&self.path),
            _ => remove_file(&self.path),
        }
    }
}

/// What a build of any folder leaves behind that is not needed: only space is lost if this
/// fails.
pub(crate) fn after_build(env: &BuildEnv) {
    for installed in component::superfluous(env, &Last::in_use(env)) {
        component::remove(&installed);
    }
    for (key, folder) in abandoned(env) {
        let notes = NOTES.iter().chain([&WORK]);
        for note in notes.map(|note| format!("{note}{key}")) {
            let _ = record::remove(env, &note);
        }
        let _ = remove_dir(&folder);
    }
    forget_builds(env);
}

/// What `stormcell clean` removes: with `all`, everything that can be made anew.
pub fn removable(env: &BuildEnv, all: bool) -> Vec<Removed> {
    let root = env.root();
    let inside = |name: &str| paths_in(&root.join(name));
    let mut found: Vec<Removed> = inside("")
        .into_iter()
        .filter(|path| name_of(path).starts_with("set-aside"))
        .map(|path| Removed::new("what was set aside", path))
        .collect();
    // Left by builds that were killed.
    let moments = inside("").into_iter();
    let moments = moments.filter(|path| name_of(path).starts_with("moment"));
    found.extend(moments.map(|path| Removed::new("intermediate files", path)));
    if all {
        let folders = EVERYTHING.iter();
        let folders = folders.map(|(name, kind)| Removed::new(kind, root.join(name)));
        found.extend(folders.filter(|removed| removed.path.exists()));
        return found;
    }
    let (in_use, mut kept) = (Last::in_use(env), BTreeSet::new());
    for installed in component::installed(env) {
        if in_use.contains(&name_of(&installed.path)) {
            kept.extend(installed.with);
            kept.insert(installed.path);
        }
    }
    let is_unused = |path: &PathBuf| !kept.contains(path);
    let of =
        |kind, paths: Vec<PathBuf>| paths.into_iter().map(move |path| Removed::new(kind, path));
    let components = inside("components").into_iter().filter(is_unused);
    found.extend(of("components", components.collect()));
    let compiled = inside("cache/compiled").into_iter().filter(is_unused);
    let compiled = compiled.filter(|path| name_of(path) != "key");
    found.extend(of("compiled code", compiled.collect()));
    let tools = inside("tools").into_iter().filter(|path| {
        let (name, ours) = (
            name_of(path),
            [&python::FOLDERS[..], &javascript::FOLDERS[..]].concat(),
        );
        let is_old = |(of_all, now): &(&str, &str)| name.starts_with(of_all) && name != *now;
        name.ends_with(".partial") || ours.iter().any(is_old)
    });
    found.extend(of("tools", tools.collect()));
    let sdks = inside("sdk").into_iter();
    let sdks = sdks.filter(|path| name_of(path) != env.sdk_digest());
    found.extend(of("SDKs", sdks.collect()));
    let folders = abandoned(env).into_iter().map(|(_, folder)| folder);
    let folders = folders.filter(|folder| folder.is_dir());
    found.extend(of("intermediate files", folders.collect()));
    found
}

/// Removes these, which [`removable`] has found, and what nobody needs any more without them.
/// Nobody else may use the folder meanwhile ([`BuildEnv::open_alone`]).
///
/// # Errors
/// [`BuildError::Io`] if one of them cannot be removed.
pub fn remove(env: &BuildEnv, found: &[Removed]) -> Result<(), BuildError> {
    for removed in found {
        removed.remove()?;
    }
    after_build(env);
    Ok(())
}

/// The folders for intermediate files of source folders that are not there any more, and how
/// they are called in notes.
fn abandoned(env: &BuildEnv) -> Vec<(String, PathBuf)> {
    let work = env.root().join("work");
    let mut names = record::names(env, WORK);
    names.sort();
    names
        .iter()
        .filter(|name| {
            let source = record::read(env, name);
            source.is_some_and(|source| !Path::new(&source).is_dir())
        })
        .filter_map(|name| name.strip_prefix(WORK))
        .map(|key| (key.to_owned(), work.join(key)))
        .collect()
}

/// Forgets builds of source folders that are not there any more, if the components are not,
/// either: a folder that was moved is told by the note of what it was.
fn forget_builds(env: &BuildEnv) {
    for last in Last::all(env) {
        let component = env.components_dir().join(&last.component);
        if !last.source.is_dir() && !component.is_file() {
            let key = crate::env::source_key(&last.source);
            let _ = record::remove(env, &format!("{BUILT}{key}"));
        }
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What is right in a folder, in the order of the names; nothing if it is not there.
fn paths_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The bytes of a file, or of all files in a folder. Links are not followed.
pub fn size_of(path: &Path) -> u64 {
    WalkDir::new(path)
        .into_iter()
        .flatten()
        .filter(|entry| !entry.file_type().is_dir())
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}

#[cfg(test)]
mod tests;
