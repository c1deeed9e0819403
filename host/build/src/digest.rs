//! Digests of what goes into a build.
//!
//! A digest covers names, lengths and contents, never times: a fresh clone of an
//! unchanged folder has the same one.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use stormcell_regular_file as regular_file;
use walkdir::{DirEntry, WalkDir};

use crate::sources::{self, Kind};
use crate::{BuildError, Inputs, Language};

/// Bytes that are read at a time.
const BUFFER: usize = 64 << 10;

/// Counts up when the way in which components are built changes.
const FORMAT: u32 = 2;

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
    tree(&mut hasher, source, inputs.written_by_tool)?;
    for path in &inputs.paths {
        part(&mut hasher, b"path");
        tree(&mut hasher, path, &[])?;
    }
    Ok(hex(&hasher.finalize()))
}

/// The digest of a folder of sources and of files that are read besides.
pub(crate) fn of_sources(
    folder: &Path,
    but: &[&str],
    files: &[PathBuf],
) -> Result<String, BuildError> {
    let mut hasher = Sha256::new();
    tree(&mut hasher, folder, but)?;
    for file in files {
        part(&mut hasher, file.as_os_str().as_encoded_bytes());
        tree(&mut hasher, file, &[])?;
    }
    Ok(hex(&hasher.finalize()))
}

/// The digest of a file, or of what goes into a build of a folder.
pub(crate) fn of_path(path: &Path) -> Result<String, BuildError> {
    of_sources(path, &[], &[])
}

/// The digest of a file's contents.
pub(crate) fn of_file(path: &Path) -> Result<String, BuildError> {
    let mut hasher = Sha256::new();
    regular_file::open(path)
        .and_then(|mut file| contents(&mut hasher, &mut file))
        .map_err(|error| BuildError::io("reading", path, error))?;
    Ok(hex(&hasher.finalize()))
}

/// The digest that vouches for a note: only a program that knows the seal can make it.
pub(crate) fn sealed(seal: &str, name: &str, text: &str) -> String {
    let mut hasher = Sha256::new();
    for bytes in [seal, name, text] {
        part(&mut hasher, bytes.as_bytes());
    }
    hex(&hasher.finalize())
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
fn file(hasher: &mut Sha256, path: &Path) -> Result<(), BuildError> {
    let mut add = || {
        let file = regular_file::open(path)?;
        let length = file.metadata()?.len();
        hasher.update(length.to_le_bytes());
        if contents(hasher, &mut file.take(length))? == length {
            return Ok(());
        }
        Err(io::Error::other("it became shorter while it was read"))
    };
    add().map_err(|error| BuildError::io("reading", path, error))
}

/// Adds a file, or what goes into a build of a folder.
fn tree(hasher: &mut Sha256, root: &Path, but: &[&str]) -> Result<(), BuildError> {
    if !root.exists() {
        part(hasher, b"absent");
        return Ok(());
    }
    // A further file may be named by a link, which its tool follows.
    if root.is_file() {
        part(hasher, b"");
        return file(hasher, root);
    }
    for source in sources::of(root)? {
        if but.iter().any(|name| source.name == Path::new(name)) {
            continue;
        }
        let name = source.name.as_os_str().as_encoded_bytes();
        match source.kind {
            Kind::File => {
                part(hasher, name);
                file(hasher, &source.path)?;
            }
            Kind::Link(to) => {
                part(hasher, b"link");
                part(hasher, name);
                part(hasher, to.as_os_str().as_encoded_bytes());
            }
            Kind::LinkOut => {}
        }
    }
    Ok(())
}

/// The digest of everything in a folder, whatever it is called: names, contents, links,
/// and whether files can be run. Nothing is followed.
pub(crate) fn of_everything(root: &Path) -> Result<String, BuildError> {
    let mut hasher = Sha256::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|error| sources::unreadable(root, error))?;
        let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
        part(&mut hasher, name.as_os_str().as_encoded_bytes());
        let kind = entry.file_type();
        if kind.is_file() {
            let can_run: &[u8] = if can_run(&entry) { b"program" } else { b"file" };
            part(&mut hasher, can_run);
            file(&mut hasher, entry.path())?;
        } else if kind.is_symlink() {
            let target = std::fs::read_link(entry.path())
                .map_err(|error| BuildError::io("reading", entry.path(), error))?;
            part(&mut hasher, b"link");
            part(&mut hasher, target.as_os_str().as_encoded_bytes());
        } else {
            part(
                &mut hasher,
                if kind.is_dir() { b"folder" } else { b"other" },
            );
        }
    }
    Ok(hex(&hasher.finalize()))
}

#[cfg(unix)]
fn can_run(entry: &DirEntry) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    entry
        .metadata()
        .is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(_: &DirEntry) -> bool {
    false
}

#[cfg(test)]
mod tests;
