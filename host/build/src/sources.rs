//! What of a folder of sources goes into a build: the same for its digest and for the
//! copy that is handed to tools.
//!
//! Regular files, at any depth, but not what tools leave behind. Links are not followed,
//! so nothing is met twice, and the walk ends; one that stays within the folder is taken
//! as the link it is. One that leads out of the folder is left out: a build must not read
//! by it what its author could not have put into the folder.

use std::io;
use std::path::{Component, Path, PathBuf};

use stormcell_regular_file as regular_file;
use walkdir::{DirEntry, WalkDir};

use crate::env::create_dir;
use crate::{BuildError, Inputs, Language};

/// The bytes that a file written by a tool has at most, such as one that locks versions: 64 MiB.
const WRITTEN_BY_TOOL: u64 = 64 << 20;

/// Something that goes into a build, or was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// Where it is in its folder; empty if the folder is a file.
    pub(crate) name: PathBuf,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it is.
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A link to another place in the folder.
    Link(PathBuf),
    /// A link out of the folder.
    LinkOut,
}

/// What of a folder goes into a build, in the order of the names.
pub(crate) fn of(root: &Path) -> Result<Vec<Source>, BuildError> {
    walk(root, |entry| !is_ignored(entry))
}

fn walk(
    root: &Path,
    mut is_wanted: impl FnMut(&DirEntry) -> bool,
) -> Result<Vec<Source>, BuildError> {
    let mut found = Vec::new();
    let walk = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_wanted(entry));
    for entry in walk {
        let entry = entry.map_err(|error| unreadable(root, error))?;
        let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let kind = if entry.file_type().is_file() {
            Kind::File
        } else if entry.path_is_symlink() && entry.depth() > 0 {
            let target = std::fs::read_link(entry.path())
                .map_err(|error| BuildError::io("reading", entry.path(), error))?;
            match (stays_inside(name, &target), entry.path().exists()) {
                (true, true) => Kind::Link(target),
                // To nothing: as good as absent.
                (true, false) => continue,
                (false, _) => Kind::LinkOut,
            }
        } else {
            continue;
        };
        found.push(Source {
            name: name.to_owned(),
            path: entry.path().to_owned(),
            kind,
        });
    }
    Ok(found)
}

/// The error that something in the folder `root` cannot be looked at.
pub(crate) fn unreadable(root: &Path, error: walkdir::Error) -> BuildError {
    let path = error.path().unwrap_or(root).to_owned();
    let error = error.into_io_error();
    let error = error.unwrap_or_else(|| io::Error::other("cannot be read"));
    BuildError::io("reading", &path, error)
}

/// Whether a link with this name leads to a place in the folder that the name is in. It may
/// go up at its beginning only: after the name of another link, `..` leads to the folder
/// that is above the target of that.
fn stays_inside(name: &Path, target: &Path) -> bool {
    let folder = name.parent().unwrap_or(name);
    let mut depth = folder.components().count();
    let mut has_gone_down = false;
    for part in target.components() {
        match part {
            Component::Normal(_) => has_gone_down = true,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 && !has_gone_down => depth -= 1,
            _ => return false,
        }
    }
    true
}

fn is_ignored(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    if entry.file_type().is_dir() {
        let is_left_behind =
            name.starts_with('.') || Inputs::IGNORED_FOLDERS.contains(&name.as_ref());
        // A package of Python may have any name.
        is_left_behind && !entry.path().join("__init__.py").exists()
    } else {
        name.ends_with(".pyc")
    }
}

/// Copies what goes into a build of `root` into the new folder `copy`, and says what was
/// left out. What is written to the copy does not reach the original.
pub(crate) fn copy(root: &Path, copy: &Path) -> Result<Vec<PathBuf>, BuildError> {
    copied(of(root)?, copy)
}

/// The same of a folder in which nothing is ignored, whatever it is called.
pub(crate) fn copy_all(root: &Path, copy: &Path) -> Result<(), BuildError> {
    copied(walk(root, |_| true)?, copy).map(drop)
}

fn copied(sources: Vec<Source>, copy: &Path) -> Result<Vec<PathBuf>, BuildError> {
    create_dir(copy)?;
    let mut left_out = Vec::new();
    for source in sources {
        let target = copy.join(&source.name);
        match source.kind {
            Kind::File => copy_file(&source.path, &target)?,
            Kind::Link(to) => link(&to, &target)?,
            Kind::LinkOut => left_out.push(source.name),
        }
    }
    Ok(left_out)
}

/// Copies a regular file, with the folders above the copy.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<(), BuildError> {
    if let Some(folder) = to.parent() {
        create_dir(folder)?;
    }
    regular_file::copy(from, to, u64::MAX)
        .map(drop)
        .map_err(|error| BuildError::io("copying", from, error))
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Result<(), BuildError> {
    if let Some(folder) = at.parent() {
        create_dir(folder)?;
    }
    std::os::unix::fs::symlink(to, at).map_err(|error| BuildError::io("linking", at, error))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<(), BuildError> {
    Ok(())
}

/// That no FIFO, socket or device is in a folder that tools read themselves, also not at the
/// end of a link: a tool would open it, and might wait without an end.
pub(crate) fn check_no_special_files(root: &Path) -> Result<(), BuildError> {
    let walk = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_ignored(entry));
    for entry in walk {
        check_no_special_file(entry.map_err(|error| unreadable(root, error))?.path())?;
    }
    Ok(())
}

/// That this is a file, a folder, or absent.
pub(crate) fn check_no_special_file(path: &Path) -> Result<(), BuildError> {
    // What cannot be looked at is for the tool to complain about, if it reads it.
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(());
    };
    match regular_file::check(&metadata) {
        Err(error) if !metadata.is_dir() => Err(BuildError::io("reading", path, error)),
        _ => Ok(()),
    }
}

/// Reads the text of a project file, which is a regular file and not too long.
pub(crate) fn read_text(path: &Path) -> Result<String, BuildError> {
    regular_file::read_to_string(path, Language::PROJECT_FILE)
        .map_err(|error| BuildError::io("reading", path, error))
}

/// Reads the text of a file that a tool has written, such as one that locks versions.
pub(crate) fn read_long_text(path: &Path) -> Result<String, BuildError> {
    regular_file::read_to_string(path, WRITTEN_BY_TOOL)
        .map_err(|error| BuildError::io("reading", path, error))
}

/// What was left out, as a note for an error.
pub(crate) fn note(left_out: &[PathBuf]) -> Option<String> {
    let names: Vec<_> = left_out
        .iter()
        .map(|name| name.display().to_string())
        .collect();
    (!names.is_empty()).then(|| {
        format!(
            "links out of the source folder were left out: {}. Name the folders that they lead \
             to under `shared` in the project file, as \"../shared\"",
            names.join(", ")
        )
    })
}

#[cfg(all(test, unix))]
mod tests;
