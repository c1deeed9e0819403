//! Digests of what goes into a build.
//!
//! A digest covers names, lengths and contents, never times: a fresh clone of an
//! unchanged folder has the same one.

use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::{BuildError, Inputs, Language};

/// A source folder has at most so many files and folders, links followed: one that leads out
/// of it may lead anywhere, and a few that lead to each other multiply.
const MOST_ENTRIES: usize = 100_000;
/// Bytes that are read at a time.
const BUFFER: usize = 64 << 10;

/// Counts up when the way in which components are built changes.
const FORMAT: u32 = 1;

/// The first 12 hexadecimal digits.
pub(crate) fn short(digest: &[u8]) -> String {
    hex(digest).chars().take(12).collect()
}

/// All hexadecimal digits.
pub(crate) fn hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest of everything that decides what a build produces.
pub(crate) fn of_inputs(
    source: &Path,
    language: Language,
    sdk: &str,
    inputs: &Inputs,
) -> Result<String, BuildError> {
    let mut hasher = Sha256::new();
    part(&mut hasher, &FORMAT.to_le_bytes());
    part(&mut hasher, language.to_string().as_bytes());
    part(&mut hasher, sdk.as_bytes());
    for fact in &inputs.facts {
        part(&mut hasher, fact.as_bytes());
    }
    part(&mut hasher, b"source");
    tree(&mut hasher, source)?;
    for path in &inputs.paths {
        part(&mut hasher, b"path");
        tree(&mut hasher, path)?;
    }
    Ok(hex(&hasher.finalize()))
}

/// The digest of a file's contents.
pub(crate) fn of_file(path: &Path) -> Result<String, BuildError> {
    let failed = |error| BuildError::io("reading", path, error);
    let mut file = stormcell_regular_file::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    contents(&mut hasher, &mut file).map_err(failed)?;
    Ok(hex(&hasher.finalize()))
}

/// Adds bytes and their number, so that no two lists of parts are the same.
fn part(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

/// Adds what is in a file, and returns its length.
fn contents(hasher: &mut Sha256, file: &mut impl Read) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        match buffer.get(..read) {
            Some(part) if !part.is_empty() => hasher.update(part),
            _ => return Ok(length),
        }
        length += read as u64;
    }
}

/// Adds the length of a file and what is in it. One that grows meanwhile has no end.
fn file(hasher: &mut Sha256, path: &Path) -> io::Result<()> {
    let file = stormcell_regular_file::open(path)?;
    let length = file.metadata()?.len();
    hasher.update(length.to_le_bytes());
    if contents(hasher, &mut file.take(length))? == length {
        return Ok(());
    }
    Err(io::Error::other("it became shorter while it was read"))
}

/// Adds a file, or all files in a folder in the order of their names.
fn tree(hasher: &mut Sha256, root: &Path) -> Result<(), BuildError> {
    if !root.exists() {
        part(hasher, b"absent");
        return Ok(());
    }
    let walk = WalkDir::new(root)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_ignored(entry));
    for (number, entry) in walk.enumerate() {
        if number > MOST_ENTRIES {
            let reason = format!(
                "it has more than {MOST_ENTRIES} files and folders, links followed: remove what \
                 is no source, and links that lead out of it"
            );
            return Err(BuildError::io("reading", root, io::Error::other(reason)));
        }
        let entry = match entry {
            Ok(entry) => entry,
            // A link to one of its own ancestors adds nothing that is not there.
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                // A link to nothing is as good as absent.
                if path.is_symlink() && !path.exists() {
                    continue;
                }
                let error = error
                    .into_io_error()
                    .unwrap_or_else(|| io::Error::other("cannot be read"));
                return Err(BuildError::io("reading", &path, error));
            }
        };
        if !entry.file_type().is_file() {
            continue;
        }
        let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
        part(hasher, name.as_os_str().as_encoded_bytes());
        file(hasher, entry.path())
            .map_err(|error| BuildError::io("reading", entry.path(), error))?;
    }
    Ok(())
}

fn is_ignored(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    if entry.file_type().is_dir() {
        name.starts_with('.') || Inputs::IGNORED_FOLDERS.contains(&name.as_ref())
    } else {
        name.ends_with(".pyc")
    }
}

#[cfg(test)]
mod tests;
