//! What a build leaves: checked, named and put in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

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

/// The bytes that all of these have at most, with what was compiled of them: 256 MiB.
const KEPT_BYTES: u64 = 256 << 20;

/// One that was used within this time is never removed: whoever has been told of it may be about
/// to read it.
const RECENT: Duration = Duration::from_secs(60);

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

/// Notes that a component is used, so that others are removed before it. Only space is lost if
/// that fails.
pub(crate) fn touch(target: &Path) {
    let file = std::fs::File::options().append(true).open(note_of(target));
    let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
}

/// A component that was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installed {
    /// Its file.
    pub(crate) path: PathBuf,
    /// What belongs to it: its note, and what was compiled of it.
    pub(crate) with: Vec<PathBuf>,
    /// The bytes of all of these.
    pub(crate) bytes: u64,
    /// When it was used last.
    used: SystemTime,
}

impl Installed {
    /// The name of its source folder: of `split-0123456789ab.wasm`, `split`.
    fn name(&self) -> Option<&str> {
        let file = self.path.file_name()?.to_str()?;
        let (name, hex) = file.strip_suffix(".wasm")?.rsplit_once('-')?;
        let is_digest = hex.len() == 12 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        is_digest.then_some(name)
    }
}

/// All components that were installed, the one that was used last first.
pub(crate) fn installed(env: &BuildEnv) -> Vec<Installed> {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let compiled: Vec<PathBuf> = entries(&env.cache_dir().join("compiled"))
        .map(|entry| entry.path())
        .collect();
    let mut found: Vec<Installed> = entries(&env.components_dir())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "wasm"))
        .map(|path| {
            let note = note_of(&path);
            let digest = std::fs::read_to_string(&note).unwrap_or_default();
            let is_of_it = |file: &&PathBuf| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                !digest.is_empty() && name.starts_with(&digest)
            };
            let used = std::fs::metadata(&note).and_then(|note| note.modified());
            let mut with: Vec<PathBuf> = compiled.iter().filter(is_of_it).cloned().collect();
            with.push(note);
            let files = with.iter().chain([&path]);
            Installed {
                bytes: files
                    .filter_map(|file| Some(file.metadata().ok()?.len()))
                    .sum(),
                used: used.unwrap_or(SystemTime::UNIX_EPOCH),
                path,
                with,
            }
        })
        .filter(|installed| installed.name().is_some())
        .collect();
    found.sort_by(|one, other| (other.used, &other.path).cmp(&(one.used, &one.path)));
    found
}

/// Those that there is no use for: neither is their file name in `in_use`, nor are they among
/// the few of their name, and the few megabytes of all, that were used last.
pub(crate) fn superfluous(env: &BuildEnv, in_use: &BTreeSet<String>) -> Vec<Installed> {
    let mut of_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = 0;
    installed(env)
        .into_iter()
        .filter(|installed| {
            let file = installed.path.file_name().unwrap_or_default();
            !in_use.contains(file.to_string_lossy().as_ref())
        })
        .filter(|installed| {
            let name = installed.name().unwrap_or_default().to_owned();
            let number = of_name.entry(name).or_default();
            *number += 1;
            bytes += installed.bytes;
            let is_recent = installed.used.elapsed().is_ok_and(|since| since < RECENT);
            !is_recent && (*number > KEPT || bytes > KEPT_BYTES)
        })
        .collect()
}

/// Removes a component with all that belongs to it. Only space is lost if that fails.
pub(crate) fn remove(installed: &Installed) {
    for path in installed.with.iter().chain([&installed.path]) {
        let _ = std::fs::remove_file(path);
    }
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

    /// A `.stormcell` with components of these numbers of bytes, the last one used last, and as
    /// many bytes that were compiled of each.
    fn with_components(sizes: &[(&str, u64)]) -> (tempfile::TempDir, BuildEnv) {
        let root = tempfile::tempdir().unwrap();
        let env = BuildEnv::open(root.path(), crate::Cancel::default()).unwrap();
        let built = root.path().join("built.wasm");
        let compiled = env.cache_dir().join("compiled");
        create_dir(&compiled).unwrap();
        for (n, (name, bytes)) in sizes.iter().enumerate() {
            std::fs::write(&built, [&COMPONENT[..], &[n as u8]].concat()).unwrap();
            let target = path(&env, name, &format!("{n:012x}"));
            note(&built, &target).unwrap();
            install(&built, &target).unwrap();
            let digest = std::fs::read_to_string(note_of(&target)).unwrap();
            for file in [
                target.clone(),
                compiled.join(format!("{digest}-engine.bin")),
            ] {
                let file = std::fs::File::options()
                    .create(true)
                    .append(true)
                    .open(file);
                file.unwrap().set_len(*bytes).unwrap();
            }
            let used = SystemTime::UNIX_EPOCH + Duration::from_secs(n as u64);
            let note = std::fs::File::options().append(true).open(note_of(&target));
            note.unwrap().set_modified(used).unwrap();
        }
        (root, env)
    }

    /// The numbers of the components that are superfluous, in the order of their last use.
    fn superfluous_of(env: &BuildEnv, in_use: &[&str]) -> Vec<String> {
        let in_use = in_use.iter().map(|name| (*name).to_owned()).collect();
        let found = superfluous(env, &in_use);
        let names = found
            .iter()
            .filter_map(|installed| installed.path.file_stem());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn few_components_of_a_name_are_kept_and_those_in_use_and_of_other_names_stay() {
        let of_split = [("split", 10); 8];
        let (_root, env) = with_components(&[&[("split-words", 10)], &of_split[..]].concat());
        let in_use = ["split-000000000002.wasm", "split-000000000008.wasm"];
        let expected = ["split-000000000003", "split-000000000001"];
        assert_eq!(superfluous_of(&env, &in_use), expected);
        touch(&path(&env, "split", "000000000001"));
        let expected = ["split-000000000004", "split-000000000003"];
        assert_eq!(superfluous_of(&env, &in_use), expected);
    }

    #[test]
    fn components_that_nothing_uses_have_few_bytes_together_with_what_was_compiled_of_them() {
        let third = KEPT_BYTES / 6;
        let sizes = ["a", "b", "c", "d", "e"].map(|name| (name, third));
        let (_root, env) = with_components(&sizes);
        // Two and what was compiled of them; a third has its note besides.
        let expected = ["c-000000000002", "b-000000000001", "a-000000000000"];
        assert_eq!(superfluous_of(&env, &[]), expected);
        let in_use = ["e-000000000004.wasm"];
        let expected = ["b-000000000001", "a-000000000000"];
        assert_eq!(superfluous_of(&env, &in_use), expected);
        for installed in superfluous(&env, &BTreeSet::new()) {
            remove(&installed);
        }
        let left = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
        assert_eq!(left(&env.components_dir()), 4);
        assert_eq!(left(&env.cache_dir().join("compiled")), 2);
    }
}
