//! Digests of what goes into a build.
//!
//! A digest covers names, lengths and contents, never times: a fresh clone of an
//! unchanged folder has the same one.

use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::{BuildError, Inputs, Language};

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
    let bytes = std::fs::read(path).map_err(|error| BuildError::io("reading", path, error))?;
    Ok(hex(&Sha256::digest(bytes)))
}

/// Adds bytes and their number, so that no two lists of parts are the same.
fn part(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
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
    for entry in walk {
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
        let bytes = std::fs::read(entry.path())
            .map_err(|error| BuildError::io("reading", entry.path(), error))?;
        part(hasher, &bytes);
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
