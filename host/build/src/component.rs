//! What a build leaves: checked, named and put in its place.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::env::create_dir;
use crate::{BuildEnv, BuildError};

/// The first bytes of a component: the magic number, then version 13, layer 1.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
/// Those of a core module: the magic number, then version 1, layer 0.
const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

/// A component that a build leaves has at most so many bytes: 4 GiB.
pub(crate) const LARGEST: u64 = 4 << 30;

/// How many components of one name are kept, so that going back and forth
/// between versions of a source does not build each time.
const KEPT: usize = 5;

/// Where a component with this name and digest is or will be.
pub(crate) fn path(env: &BuildEnv, name: &str, digest: &str) -> PathBuf {
    let short: String = digest.chars().take(12).collect();
    env.components_dir().join(format!("{name}-{short}.wasm"))
}

/// Copies what a build left to `target`, all at once.
pub(crate) fn install(built: &Path, target: &Path, name: &str) -> Result<(), BuildError> {
    check(built)?;
    let Some(folder) = target.parent() else {
        return Ok(());
    };
    create_dir(folder)?;
    // Two folders with the same name and contents have the same target.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let partial = target.with_extension(format!("{}-{number}.partial", std::process::id()));
    stormcell_regular_file::copy(built, &partial, LARGEST)
        .map_err(|error| BuildError::io("copying", built, error))?;
    std::fs::rename(&partial, target).map_err(|error| BuildError::io("creating", target, error))?;
    prune(folder, name, target);
    Ok(())
}

/// Whether the file begins as a component does.
fn check(built: &Path) -> Result<(), BuildError> {
    let wrong = |message: &str| BuildError::NoComponent {
        path: built.to_owned(),
        message: message.to_owned(),
    };
    let mut head = [0; 8];
    let mut file = stormcell_regular_file::open(built).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => wrong("there is no such file"),
        _ => BuildError::io("reading", built, error),
    })?;
    if std::io::Read::read_exact(&mut file, &mut head).is_err() {
        return Err(wrong("the file is shorter than 8 bytes"));
    }
    match head {
        COMPONENT => Ok(()),
        MODULE => Err(wrong(
            "the file is a core module; it must be linked as a component \
             (Rust: for the target wasm32-wasip2)",
        )),
        _ => Err(wrong("the file is not WebAssembly")),
    }
}

/// Removes all but the newest components of a name. Only space is lost if that
/// fails, so errors are ignored.
fn prune(folder: &Path, name: &str, newest: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| is_of(name, &entry.file_name().to_string_lossy()))
        .filter(|entry| entry.path() != newest)
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    files.reverse();
    for (_, path) in files.into_iter().skip(KEPT - 1) {
        let _ = std::fs::remove_file(path);
    }
}

/// Whether a file name is NAME, a hyphen, 12 hexadecimal digits and `.wasm`.
fn is_of(name: &str, file: &str) -> bool {
    file.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.strip_suffix(".wasm"))
        .is_some_and(|hex| hex.len() == 12 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_component_is_copied_and_a_module_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let built = dir.path().join("built.wasm");
        let target = dir.path().join("out/split-0123456789ab.wasm");

        std::fs::write(&built, COMPONENT).unwrap();
        install(&built, &target, "split").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), COMPONENT);

        for (bytes, expected) in [
            (&MODULE[..], "core module"),
            (b"#!/bin/sh", "not WebAssembly"),
            (b"\0asm", "shorter than 8 bytes"),
        ] {
            std::fs::write(&built, bytes).unwrap();
            let message = install(&built, &target, "split").unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        std::fs::remove_file(&built).unwrap();
        let message = install(&built, &target, "split").unwrap_err().to_string();
        assert!(message.contains("no such file"), "{message}");
        assert_eq!(std::fs::read(&target).unwrap(), COMPONENT);
    }

    #[test]
    fn few_components_of_a_name_are_kept_and_those_of_others_stay() {
        let dir = tempfile::tempdir().unwrap();
        let built = dir.path().join("built.wasm");
        std::fs::write(&built, COMPONENT).unwrap();
        let out = dir.path().join("out");
        let target = |name: &str, n: usize| out.join(format!("{name}-{n:012}.wasm"));
        install(&built, &target("split-words", 1), "split-words").unwrap();
        for n in 0..KEPT + 3 {
            install(&built, &target("split", n), "split").unwrap();
            assert!(target("split", n).exists());
        }
        let left = std::fs::read_dir(&out).unwrap().count();
        assert_eq!(left, KEPT + 1);
        assert!(target("split-words", 1).exists());
    }
}
