//! Where `stormcell build --out` writes components.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::status::Status;

/// A component has at most so many bytes: 4 GiB.
const LARGEST: u64 = 4 << 30;

/// The file for each of these source folders, in their order. Nothing is built yet.
pub(super) fn files(out: &Path, sources: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let usage = |message: String| Failure::new(Status::Usage, message);
    let shown = out.display();
    let says_folder = out.as_os_str().as_encoded_bytes().ends_with(b"/");
    if says_folder || out.is_dir() {
        if !out.is_dir() {
            return Err(not_there(out));
        }
        let mut taken: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
        let mut files = Vec::new();
        for source in sources {
            let named = std::fs::canonicalize(source).unwrap_or_else(|_| source.clone());
            let name = named.file_name().unwrap_or_default().to_string_lossy();
            let file = out.join(format!("{name}.wasm"));
            if let Some(other) = taken.insert(file.clone(), source) {
                return Err(usage(format!(
                    "{} and {} would both be written to {}: build one of them with an --out of \
                     its own",
                    other.display(),
                    source.display(),
                    file.display()
                )));
            }
            files.push(file);
        }
        files.iter().try_for_each(|file| check(file))?;
        return Ok(files);
    }
    match sources {
        [_] => {}
        [] => {
            return Err(usage(format!(
                "there is nothing to build, and so nothing for --out {shown}: the components of \
                 this topology are files already"
            )));
        }
        _ => {
            return Err(usage(format!(
                "{} components are built, and --out {shown} is one file: name a folder that is \
                 there, with a / at its end",
                sources.len()
            )));
        }
    }
    let folder = folder_of(out);
    if !folder.is_dir() {
        return Err(not_there(folder));
    }
    check(out)?;
    Ok(vec![out.to_owned()])
}

/// That nothing but a regular file would be replaced.
fn check(file: &Path) -> Result<(), Failure> {
    let what = match file.metadata() {
        Ok(found) if found.is_file() => return Ok(()),
        Ok(found) if found.is_dir() => "a folder",
        Ok(_) => "no regular file",
        // A link to nothing is replaced.
        Err(_) => return Ok(()),
    };
    let message = format!("--out: {} is {what}, and is left as it is", file.display());
    Err(Failure::new(Status::Usage, message))
}

fn not_there(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::new(
        Status::NoInput,
        format!("--out: there is no folder {folder}; make it first: mkdir -p {folder}"),
    )
}

/// The folder that a file is in.
fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Copies a component to a file, which has all of it or is as it was.
pub(super) fn write(component: &Path, file: &Path) -> Result<(), Failure> {
    let copy = || -> io::Result<()> {
        // Where a link leads, so that it stays one.
        let file = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        let mode = file.metadata().map(|found| found.permissions());
        let new = NamedTempFile::new_in(folder_of(&file))?;
        stormcell_regular_file::copy(component, new.path(), LARGEST)?;
        std::fs::set_permissions(new.path(), mode.unwrap_or_else(|_| of_new_files()))?;
        new.as_file().sync_all()?;
        new.persist(&file).map_err(|error| error.error)?;
        Ok(())
    };
    copy().map_err(|error| {
        let message = format!("cannot write {}: {error}", file.display());
        Failure::new(Status::Failed, message)
    })
}

/// Everybody may read a component, as far as its folder lets them.
#[cfg(unix)]
fn of_new_files() -> Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_file_is_for_one_component_and_a_folder_for_any_number() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for folder in ["dist", "a/split", "b/split", "count"] {
            std::fs::create_dir_all(path(folder)).unwrap();
        }
        let one = [path("a/split")];
        let two = [path("a/split"), path("count")];
        assert_eq!(files(&path("x.wasm"), &one).unwrap(), [path("x.wasm")]);
        let expected = [path("dist/split.wasm"), path("dist/count.wasm")];
        assert_eq!(files(&path("dist"), &two).unwrap(), expected);
        assert_eq!(files(&path("dist/"), &two).unwrap(), expected);
        let refused = |out: &Path, sources: &[PathBuf]| files(out, sources).unwrap_err();
        for (out, sources, status, expected) in [
            ("x.wasm", &two[..], Status::Usage, "2 components are built"),
            ("x.wasm", &[], Status::Usage, "nothing to build"),
            ("absent/", &one, Status::NoInput, "there is no folder"),
            ("absent/x.wasm", &one, Status::NoInput, "mkdir -p"),
            (
                "dist",
                &[path("a/split"), path("b/split")],
                Status::Usage,
                "would both be written",
            ),
        ] {
            let failure = refused(&path(out), sources);
            assert_eq!(failure.status, status, "{failure:?}");
            assert!(failure.messages()[0].contains(expected), "{failure:?}");
        }
        let failure = refused(Path::new("/dev/null"), &one);
        assert!(
            failure.messages()[0].contains("no regular file"),
            "{failure:?}"
        );
        std::fs::create_dir(path("dist/split.wasm")).unwrap();
        let failure = refused(&path("dist"), &one);
        assert!(failure.messages()[0].contains("is a folder"), "{failure:?}");
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(path("built"), "new").unwrap();
        std::fs::write(path("x.wasm"), "old").unwrap();
        std::os::unix::fs::symlink("x.wasm", path("link.wasm")).unwrap();
        let failure = write(&path("absent"), &path("link.wasm")).unwrap_err();
        assert!(
            failure.messages()[0].contains("cannot write"),
            "{failure:?}"
        );
        assert_eq!(std::fs::read(path("x.wasm")).unwrap(), b"old");
        write(&path("built"), &path("link.wasm")).unwrap();
        assert_eq!(std::fs::read(path("x.wasm")).unwrap(), b"new");
        assert!(path("link.wasm").is_symlink());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
    }
}
