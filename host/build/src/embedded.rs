//! The interface package and the SDKs, carried in the program and unpacked where
//! builds can read them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

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
    for (path, data) in files() {
        let file = partial.join(path.as_ref());
        if let Some(folder) = file.parent() {
            create_dir(folder)?;
        }
        std::fs::write(&file, data).map_err(|error| BuildError::io("writing", &file, error))?;
    }
    std::fs::rename(&partial, &dir).map_err(|error| BuildError::io("creating", &dir, error))?;
    Ok(dir)
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
}
