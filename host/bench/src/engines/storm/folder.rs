//! Folders of tools: there as a whole or not at all, and named after what they are made of.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use stormcell_build::BuildError;

/// A folder beside the one that it becomes when all is well.
pub(super) fn partial(target: &Path) -> Result<tempfile::TempDir, BuildError> {
    let parent = target.parent().unwrap_or(target);
    std::fs::create_dir_all(parent)
        .and_then(|()| {
            tempfile::Builder::new()
                .prefix(".partial-")
                .tempdir_in(parent)
        })
        .map_err(|error| BuildError::io("creating a folder in", parent, error))
}

/// Gives a folder its name, unless another process was faster.
pub(super) fn keep(partial: &tempfile::TempDir, target: &Path) -> Result<(), BuildError> {
    match std::fs::rename(partial.path(), target) {
        Err(error) if !target.is_dir() => Err(BuildError::io("creating", target, error)),
        _ => Ok(()),
    }
}

/// Twelve digits of the digest of all files of a folder and their paths.
pub(super) fn digest(dir: &Path) -> Result<String, BuildError> {
    let mut files = Vec::new();
    collect(dir, &mut files).map_err(|error| BuildError::io("reading", dir, error))?;
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let data = std::fs::read(&file).map_err(|error| BuildError::io("reading", &file, error))?;
        let path = file.strip_prefix(dir).unwrap_or(&file);
        for bytes in [path.as_os_str().as_encoded_bytes(), &data] {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
    }
    let digest = hasher.finalize();
    Ok(digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Adds the files of a folder and of those in it.
fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
