//! What a build leaves: checked, named and put in its place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::env::create_dir;
use crate::{BuildEnv, BuildError, digest};

/// The first bytes of a component: the magic number, then version 13, layer 1.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
/// Those of a core module: the magic number, then version 1, layer 0.
const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

/// A component that a build leaves has at most so many bytes: 4 GiB.
pub(crate) const LARGEST: u64 = 4 << 30;

/// How many components of one name are kept of those that no folder was built to last, so that
/// going back and forth between versions of a source does not build each time.
const KEPT: usize = 4;

/// Where a component with this name and digest is or will be.
pub(crate) fn path(env: &BuildEnv, name: &str, digest: &str) -> PathBuf {
    let short: String = digest.chars().take(12).collect();
    env.components_dir().join(format!("{name}-{short}.wasm"))
}

/// Copies what a build left to `target`, all at once.
pub(crate) fn install(built: &Path, target: &Path) -> Result<(), BuildError> {
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
    std::fs::rename(&partial, target).map_err(|error| BuildError::io("creating", target, error))
}

/// Notes what is in a component that is about to be installed at `target`.
pub(crate) fn note(built: &Path, target: &Path) -> Result<(), BuildError> {
    let note = note_of(target);
    if let Some(folder) = note.parent() {
        create_dir(folder)?;
    }
    std::fs::write(&note, digest::of_file(built)?)
        .map_err(|error| BuildError::io("writing", &note, error))
}

/// Whether a component is there as it was installed.
///
/// # Errors
/// [`BuildError::Changed`] if it is there, but not as it was installed.
pub(crate) fn is_kept(target: &Path) -> Result<bool, BuildError> {
    if !target.is_file() {
        return Ok(false);
    }
    let noted = std::fs::read_to_string(note_of(target)).unwrap_or_default();
    if digest::of_file(target)? == noted {
        Ok(true)
    } else {
        Err(BuildError::Changed {
            path: target.to_owned(),
        })
    }
}

/// The file that says what is in a component.
fn note_of(target: &Path) -> PathBuf {
    target.with_extension("sha256")
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

/// Removes components of a name: all but the newest, and those whose file names are `in_use`.
/// Only space is lost if that fails, so errors are ignored.
pub(crate) fn prune(env: &BuildEnv, name: &str, in_use: &BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(env.components_dir()) else {
        return;
    };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .flatten()
        .filter(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            is_of(name, &file) && !in_use.contains(&file)
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    files.reverse();
    for (_, path) in files.into_iter().skip(KEPT) {
        let _ = std::fs::remove_file(note_of(&path));
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
        install(&built, &target).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), COMPONENT);

        for (bytes, expected) in [
            (&MODULE[..], "core module"),
            (b"#!/bin/sh", "not WebAssembly"),
            (b"\0asm", "shorter than 8 bytes"),
        ] {
            std::fs::write(&built, bytes).unwrap();
            let message = install(&built, &target).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        std::fs::remove_file(&built).unwrap();
        let message = install(&built, &target).unwrap_err().to_string();
        assert!(message.contains("no such file"), "{message}");
        assert_eq!(std::fs::read(&target).unwrap(), COMPONENT);
    }

    #[test]
    fn a_component_that_was_changed_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let built = dir.path().join("built.wasm");
        let target = dir.path().join("out/split-0123456789ab.wasm");
        std::fs::write(&built, COMPONENT).unwrap();
        assert!(!is_kept(&target).unwrap());
        note(&built, &target).unwrap();
        assert!(!is_kept(&target).unwrap());
        install(&built, &target).unwrap();
        assert!(is_kept(&target).unwrap());
        std::fs::write(&target, [&COMPONENT[..], b"\0\x01\0"].concat()).unwrap();
        let message = is_kept(&target).unwrap_err().to_string();
        assert!(message.contains("was changed"), "{message}");
    }

    #[test]
    fn few_components_of_a_name_are_kept_and_those_in_use_and_of_other_names_stay() {
        let root = tempfile::tempdir().unwrap();
        let env = BuildEnv::open(root.path(), crate::Cancel::default()).unwrap();
        let built = root.path().join("built.wasm");
        std::fs::write(&built, COMPONENT).unwrap();
        let file = |name: &str, n: usize| format!("{name}-{n:012x}.wasm");
        let install = |name: &str, n: usize| {
            let target = path(&env, name, &format!("{n:012x}"));
            install(&built, &target).unwrap();
            note(&built, &target).unwrap();
        };
        install("split-words", 0);
        for n in 0..10 {
            install("split", n);
        }
        let in_use: BTreeSet<String> = [3, 4].map(|n| file("split", n)).into();
        prune(&env, "split", &in_use);
        let folder = std::fs::read_dir(env.components_dir()).unwrap();
        let left: BTreeSet<String> = folder
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".wasm"))
            .collect();
        assert_eq!(left.len(), KEPT + in_use.len() + 1, "{left:?}");
        assert!(left.is_superset(&in_use), "{left:?}");
        assert!(left.contains(&file("split-words", 0)), "{left:?}");
    }
}
