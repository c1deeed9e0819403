//! The interface package and the SDKs, carried in the program and unpacked where
//! builds can read them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use crate::env::{create_dir, remove_dir};
use crate::{BuildError, Cancel, digest, lock};

/// The folder `wit` of the repository.
#[derive(RustEmbed)]
#[folder = "../../wit"]
#[prefix = "wit/"]
struct Wit;

/// The folder `sdk` of the repository, without tests and what tools leave there.
#[derive(RustEmbed)]
#[folder = "../../sdk"]
#[prefix = "sdk/"]
#[exclude = "*/target/*"]
#[exclude = "*/node_modules/*"]
#[exclude = "*/__pycache__/*"]
#[exclude = "*/tests/*"]
#[exclude = "*/.*"]
#[exclude = "*.wasm"]
struct Sdk;

/// Every file with its path, in the order of the paths.
fn files() -> Vec<(Cow<'static, str>, Cow<'static, [u8]>)> {
    let mut files: Vec<_> = Wit::iter()
        .filter_map(|path| Wit::get(&path).map(|file| (path, file.data)))
        .chain(Sdk::iter().filter_map(|path| Sdk::get(&path).map(|file| (path, file.data))))
        .collect();
    files.sort();
    files
}

/// The digest of all files and their paths.
pub(crate) fn digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = Sha256::new();
        for (path, data) in files() {
            for part in [path.as_bytes(), data.as_ref()] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        digest::short(&hasher.finalize())
    });
    &DIGEST
}

/// Unpacks everything below `root` unless it is there, and says where.
pub(crate) fn unpack(root: &Path, cancel: &Cancel) -> Result<PathBuf, BuildError> {
    let parent = root.join("sdk");
    let dir = parent.join(digest());
    if dir.is_dir() {
        return Ok(dir);
    }
    let _lock = lock::acquire(&root.join("locks"), "sdk", cancel, || {})?;
    if dir.is_dir() {
        return Ok(dir);
    }
    let partial = parent.join(format!("{}.partial", digest()));
    remove_dir(&partial)?;
    unpack_into(&partial, "")?;
    std::fs::rename(&partial, &dir).map_err(|error| BuildError::io("creating", &dir, error))?;
    Ok(dir)
}

/// Unpacks all files whose paths begin so (`sdk/python/`), or that are in `wit/`, into a
/// new folder: what a single build may do with as it likes.
pub(crate) fn unpack_into(dir: &Path, beginning: &str) -> Result<(), BuildError> {
    for (path, data) in files() {
        if !path.starts_with(beginning) && !path.starts_with("wit/") {
            continue;
        }
        let file = dir.join(path.as_ref());
        if let Some(folder) = file.parent() {
            create_dir(folder)?;
        }
        std::fs::write(&file, data).map_err(|error| BuildError::io("writing", &file, error))?;
    }
    Ok(())
}

/// The WIT package of the newest interface version, in a folder where it was unpacked.
pub(crate) fn wit_dir(unpacked: &Path) -> PathBuf {
    unpacked.join("wit").join("v0.1.0")
}

/// Whether what was unpacked is still what this program carries: nothing changed, removed
/// or added.
pub(crate) fn check(dir: &Path) -> Result<(), BuildError> {
    let mut expected: BTreeMap<PathBuf, _> = files()
        .into_iter()
        .map(|(path, data)| (dir.join(path.as_ref()), data))
        .collect();
    let changed = |path: &Path| BuildError::Changed {
        path: path.to_owned(),
    };
    for entry in WalkDir::new(dir) {
        let entry = entry.map_err(|_| changed(dir))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let is_same = expected.remove(entry.path()).is_some_and(|data| {
            entry.file_type().is_file()
                && std::fs::read(entry.path()).is_ok_and(|bytes| bytes == *data)
        });
        if !is_same {
            return Err(changed(dir));
        }
    }
    match expected.first_key_value() {
        Some(_) => Err(changed(dir)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn the_interface_package_comes_out_as_it_is_in_the_repository() {
        let dir = tempfile::tempdir().unwrap();
        let sdk = unpack(dir.path(), &Cancel::default()).unwrap();
        for file in ["types.wit", "host.wit", "worlds.wit"] {
            let path = Path::new("wit/v0.1.0").join(file);
            let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            assert_eq!(
                std::fs::read(sdk.join(&path)).unwrap(),
                std::fs::read(repository.join(&path)).unwrap()
            );
        }
        assert!(sdk.join("sdk/rust/Cargo.toml").is_file());
    }

    #[test]
    fn what_an_interrupted_run_left_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let partial = dir.path().join(format!("sdk/{}.partial", digest()));
        std::fs::create_dir_all(&partial).unwrap();
        std::fs::write(partial.join("stray"), "").unwrap();
        let sdk = unpack(dir.path(), &Cancel::default()).unwrap();
        assert!(!sdk.join("stray").exists());
        assert!(!partial.exists());
        assert_eq!(unpack(dir.path(), &Cancel::default()).unwrap(), sdk);
    }

    #[test]
    fn any_change_of_what_was_unpacked_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let sdk = unpack(dir.path(), &Cancel::default()).unwrap();
        check(&sdk).unwrap();
        let script = sdk.join("sdk/python/build/componentize.py");
        let text = std::fs::read(&script).unwrap();
        let refused = || {
            let message = check(&sdk).unwrap_err().to_string();
            assert!(message.contains("was changed"), "{message}");
            assert!(message.contains(&sdk.display().to_string()), "{message}");
        };
        std::fs::write(&script, "import os").unwrap();
        refused();
        std::fs::remove_file(&script).unwrap();
        refused();
        std::fs::write(&script, text).unwrap();
        check(&sdk).unwrap();
        std::fs::write(sdk.join("sdk/python/build/argparse.py"), "").unwrap();
        refused();
    }
}
