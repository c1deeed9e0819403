//! Dependencies by path: which files and folders of this machine npm and esbuild may see.
//!
//! npm resolves such a path in the copy of a package, and makes a link there to whatever the
//! path leads to. So a path is read here as npm reads it, and one that npm might read in
//! another way is refused. Each folder and archive that is named is copied to the same place
//! beside the copy, also for dependencies of dependencies. A folder must have a
//! `package.json`, and an archive must begin as one; no other file is copied because a
//! `package.json` names it, but what is shared in the project ([`crate::shared`]).

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use stormcell_regular_file as regular_file;

use super::package::{Dependency, Package, dependencies, is_local};
use super::settings;
use super::workspace::Workspace;
use crate::shared::{self, Shared};
use crate::{BuildError, Language, sources};

/// Folders of the system, in which no packages are.
const OF_THE_SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Characters in paths besides letters and digits: npm reads others as parts of a URL.
const IN_PATHS: &str = "/-_.@+,=() ";

/// Where a tar archive says that it is one.
const USTAR: std::ops::Range<usize> = 257..262;

/// A folder or an archive that is named by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Local {
    /// Where it is by its name, an absolute path without `..`.
    pub(super) place: PathBuf,
    /// Where it is, an absolute path without links.
    pub(super) origin: PathBuf,
    /// Whether it is an archive, and no folder.
    pub(super) is_archive: bool,
}

/// All folders and archives that a package depends on by path, directly or not.
#[derive(Debug)]
pub(super) struct Locals {
    /// The innermost folder that has the package and all of these in it, and that no path
    /// leaves on its way.
    pub(super) above: PathBuf,
    pub(super) all: Vec<Local>,
    /// What the package has in common with others without depending on it: folders and files.
    pub(super) shared: Vec<Shared>,
}

/// The dependencies by path of the package in `source`; none if npm is not run for it.
pub(super) fn of(source: &Path, package: &Package) -> Result<Locals, BuildError> {
    let mut found = Locals {
        above: source.parent().unwrap_or(source).to_owned(),
        all: Vec::new(),
        shared: Vec::new(),
    };
    found.share(source, package)?;
    if !package.has_dependencies() {
        return Ok(found);
    }
    let workspace = Workspace::around(source);
    found.add(source, source, package.dependencies())?;
    let mut next = 0;
    while let Some(local) = found.all.get(next).cloned() {
        next += 1;
        if !local.is_archive {
            let project = local.origin.join(Language::JavaScript.project_file());
            let text = sources::read_text(&project)?;
            let text = workspace.by_path(&local.place, &text).unwrap_or(text);
            let depends_on =
                dependencies(&text).map_err(|message| wrong(&local.origin, message))?;
            found.add(source, &local.place, &depends_on)?;
        }
    }
    check_lock_files(source, &found)?;
    Ok(found)
}

impl Locals {
    /// Adds what the package shares, and settings that hold for it.
    fn share(&mut self, source: &Path, package: &Package) -> Result<(), BuildError> {
        let shared = shared::of(source, package.shared())
            .map_err(|message| wrong(source, format!("\"stormcell\": {message}")))?;
        let settings = settings::of(source).map_err(|message| BuildError::Project {
            path: source.to_owned(),
            message,
        })?;
        for shared in shared.into_iter().chain(settings) {
            while !shared.place.starts_with(&self.above) && self.above.pop() {}
            let is_in = |other: &Shared| shared.place.starts_with(&other.place);
            if !self.shared.iter().any(is_in) {
                self.shared.push(shared);
            }
        }
        Ok(())
    }

    /// Where all of them are.
    pub(super) fn origins(self) -> Vec<PathBuf> {
        let all = self.all.into_iter().map(|local| local.origin);
        let shared = self.shared.into_iter().map(|shared| shared.origin);
        all.chain(shared).collect()
    }

    /// Adds the dependencies by path of the package at `base`.
    fn add(&mut self, source: &Path, base: &Path, listed: &[Dependency]) -> Result<(), BuildError> {
        for dependency in listed.iter().filter(|listed| is_local(&listed.version)) {
            let refuse = |reason: String| {
                let Dependency {
                    group,
                    name,
                    version,
                } = dependency;
                let message = format!(
                    "\"{group}\": {name:?} is {version:?}: {reason}; expected a version that is \
                     published, a folder with a package.json (\"file:../{name}\") or an archive \
                     that npm has packed (\"file:../{name}-1.0.0.tgz\")"
                );
                wrong(base, message)
            };
            let (place, above) = resolve(base, &dependency.version).map_err(refuse)?;
            if self.above.starts_with(&above) {
                self.above = above;
            }
            if self.all.iter().all(|known| known.place != place) {
                self.all.push(look_at(source, place).map_err(refuse)?);
            }
        }
        Ok(())
    }

    fn has(&self, place: &Path) -> bool {
        self.all.iter().any(|known| known.place == place)
    }
}

fn wrong(folder: &Path, message: String) -> BuildError {
    BuildError::Project {
        path: folder.join(Language::JavaScript.project_file()),
        message,
    }
}

/// The place that a path leads to, and the topmost folder on the way there.
pub(super) fn resolve(base: &Path, version: &str) -> Result<(PathBuf, PathBuf), String> {
    let path = version.strip_prefix("file:").unwrap_or(version);
    if path.starts_with(['/', '~']) {
        return Err("it is not a path that is relative to the folder of the package".to_owned());
    }
    let is_plain = |c: char| c.is_alphanumeric() || IN_PATHS.contains(c);
    if !path.chars().all(is_plain) || path.trim() != path || path.contains("//") {
        return Err(format!(
            "its path has other characters in it than letters, digits and those of {IN_PATHS:?}, \
             or two / beside each other"
        ));
    }
    let mut place = base.to_owned();
    let mut above = base.parent().unwrap_or(base).to_owned();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if !place.pop() {
                    return Err("its path leads out of the file system".to_owned());
                }
                if above.starts_with(&place) {
                    above.clone_from(&place);
                }
            }
            name => place.push(name),
        }
    }
    Ok((place, above))
}

/// The folder or archive at `place`, which must be a package.
fn look_at(source: &Path, place: PathBuf) -> Result<Local, String> {
    let origin = std::fs::canonicalize(&place)
        .map_err(|error| format!("{} cannot be found: {error}", place.display()))?;
    if OF_THE_SYSTEM
        .iter()
        .any(|folder| origin.starts_with(folder))
    {
        return Err(format!("{} is in a folder of the system", origin.display()));
    }
    if place.starts_with(source) && !origin.starts_with(source) {
        return Err("it is a link that leads out of the source folder".to_owned());
    }
    let is_archive = !origin.is_dir();
    if is_archive {
        check_archive(&place, &origin)?;
    } else {
        check_folder(source, &origin)?;
    }
    Ok(Local {
        place,
        origin,
        is_archive,
    })
}

fn check_folder(source: &Path, folder: &Path) -> Result<(), String> {
    let home = std::env::home_dir().and_then(|home| std::fs::canonicalize(home).ok());
    if source.starts_with(folder) || home.is_some_and(|home| home.starts_with(folder)) {
        return Err(
            "it is the source folder, your home folder or a folder above, with all that is in it"
                .to_owned(),
        );
    }
    match folder.join(Language::JavaScript.project_file()).is_file() {
        true => Ok(()),
        false => Err("the folder has no package.json".to_owned()),
    }
}

/// That a file is called an archive, and begins as one.
fn check_archive(place: &Path, origin: &Path) -> Result<(), String> {
    let name = place.to_string_lossy().to_lowercase();
    if !super::package::ARCHIVES
        .iter()
        .any(|end| name.ends_with(end))
    {
        return Err("it is a file whose name does not end in .tgz, .tar.gz or .tar".to_owned());
    }
    let mut head = Vec::new();
    regular_file::open(origin)
        .and_then(|file| file.take(USTAR.end as u64).read_to_end(&mut head))
        .map_err(|error| format!("{}: {error}", origin.display()))?;
    let is_gzip = head.starts_with(&[0x1f, 0x8b, 8]);
    if is_gzip || head.get(USTAR).is_some_and(|magic| magic == b"ustar") {
        Ok(())
    } else {
        Err("the file does not begin as an archive (tar, with gzip or without)".to_owned())
    }
}

/// That lock files name no file or folder but these: npm does as they say.
fn check_lock_files(source: &Path, locals: &Locals) -> Result<(), BuildError> {
    let shrinkwrap = source.join("npm-shrinkwrap.json");
    if shrinkwrap.exists() {
        return Err(BuildError::Project {
            path: shrinkwrap,
            message: "npm reads this file instead of package-lock.json, but builds read only \
                      package-lock.json; rename it"
                .to_owned(),
        });
    }
    let path = source.join("package-lock.json");
    if !path.exists() {
        return Ok(());
    }
    let text = sources::read_long_text(&path)?;
    let checked = serde_json::from_str(&text)
        .map_err(|error| error.to_string())
        .and_then(|lock| check_lock(source, &lock, locals));
    checked.map_err(|message| BuildError::Project { path, message })
}

fn check_lock(source: &Path, lock: &Map<String, Value>, locals: &Locals) -> Result<(), String> {
    let refuse = |found: &str| {
        Err(format!(
            "{found:?} is no folder or archive that package.json depends on by path; take it out \
             of package.json, also out of devDependencies, and write this file anew, with: npm \
             install --package-lock-only"
        ))
    };
    let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
        // An old npm wrote this: paths in it are not relative to one folder.
        return match lock.values().find_map(local_in) {
            Some(found) => refuse(found),
            None => Ok(()),
        };
    };
    let is_known = |base: &Path, path: &str| {
        resolve(base, path).is_ok_and(|(place, _)| place == source || locals.has(&place))
    };
    for (key, entry) in packages {
        let folder = key.split("node_modules/").next().unwrap_or_default();
        let inside = key.strip_prefix(folder).unwrap_or_default();
        if !is_known(source, folder.trim_end_matches('/'))
            || inside.split('/').any(|part| [".", ".."].contains(&part))
        {
            return refuse(key);
        }
        let is_link = entry
            .get("link")
            .is_some_and(|link| link != &Value::Bool(false));
        let resolved = entry.get("resolved").and_then(Value::as_str);
        if let Some(resolved) = resolved
            && (is_link || is_local(resolved))
            && !is_known(source, resolved)
        {
            return refuse(resolved);
        }
        // A package that is installed from elsewhere depends on nothing by path.
        let base = resolve(source, folder).ok().filter(|_| inside.is_empty());
        for group in super::package::GROUPS {
            let listed = entry.get(group).and_then(Value::as_object);
            let versions = listed.into_iter().flat_map(Map::values);
            for version in versions.filter_map(Value::as_str) {
                let is_fine = |(base, _): &(PathBuf, PathBuf)| is_known(base, version);
                if is_local(version) && !base.as_ref().is_some_and(is_fine) {
                    return refuse(version);
                }
            }
        }
    }
    Ok(())
}

/// The first path in the texts of a part of a lock file.
fn local_in(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => is_local(text).then_some(text),
        Value::Array(values) => values.iter().find_map(local_in),
        Value::Object(entries) => entries.values().find_map(local_in),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests;
