//! Digests of what was made here, noted when it was made and compared before it is used.
//!
//! They lie in a folder of their own, which no build is given to write to, and each is sealed
//! with what is only known here ([`crate::place`]): one that somebody has brought along, with
//! the tools that it is of, counts as absent. They are for noticing: a build in Rust runs as
//! the user, and could change them as well.

use std::path::{Path, PathBuf};

use crate::env::{create_dir, remove_file};
use crate::{BuildEnv, BuildError, digest};

/// The bytes that a note has at most: 64 MiB. It may list all files of a build.
const LONGEST: u64 = 64 << 20;

/// How the names of notes begin that are about tools.
const OF_TOOLS: &str = "tools-";

/// The folder that the note with this name is in.
fn place<'a>(env: &'a BuildEnv, name: &str) -> &'a BuildEnv {
    match name.starts_with(OF_TOOLS) {
        true => env.of_tools(),
        false => env,
    }
}

/// Where the note with this name is.
fn path(env: &BuildEnv, name: &str) -> PathBuf {
    place(env, name).root().join("records").join(name)
}

/// Notes a text, all at once.
pub(crate) fn write(env: &BuildEnv, name: &str, text: &str) -> Result<(), BuildError> {
    let path = path(env, name);
    if let Some(folder) = path.parent() {
        create_dir(folder)?;
    }
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let text = format!(
        "{}\n{text}",
        digest::sealed(place(env, name).seal(), name, text)
    );
    std::fs::write(&partial, text).map_err(|error| BuildError::io("writing", &partial, error))?;
    std::fs::rename(&partial, &path).map_err(|error| BuildError::io("creating", &path, error))
}

/// What was noted, if anything was.
pub(crate) fn read(env: &BuildEnv, name: &str) -> Option<String> {
    let noted = stormcell_regular_file::read_to_string(&path(env, name), LONGEST).ok()?;
    let (seal, text) = noted.split_once('\n')?;
    (seal == digest::sealed(place(env, name).seal(), name, text)).then(|| text.to_owned())
}

/// The names that begin with this, of all that was noted.
pub(crate) fn names(env: &BuildEnv, prefix: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(path(env, "")) else {
        return Vec::new();
    };
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// What was noted under all names that begin with this.
pub(crate) fn all(env: &BuildEnv, prefix: &str) -> Vec<String> {
    let names = names(env, prefix).into_iter();
    names.filter_map(|name| read(env, &name)).collect()
}

/// Forgets what was noted.
pub(crate) fn remove(env: &BuildEnv, name: &str) -> Result<(), BuildError> {
    remove_file(&path(env, name))
}

/// Puts a folder that is complete in its place, with a note of all that is in it.
pub(crate) fn keep(
    env: &BuildEnv,
    name: &str,
    partial: &Path,
    target: &Path,
) -> Result<(), BuildError> {
    write(env, name, &digest::of_everything(partial)?)?;
    std::fs::rename(partial, target).map_err(|error| BuildError::io("creating", target, error))
}

/// Whether the folder is there as it was when it was put there. One of which nothing was
/// noted counts as absent: whoever put it there was interrupted, or it was not this
/// program.
///
/// # Errors
/// [`BuildError::Changed`] if it is not.
pub(crate) fn is_kept(env: &BuildEnv, name: &str, target: &Path) -> Result<bool, BuildError> {
    let Some(noted) = read(env, name) else {
        return Ok(false);
    };
    if !target.is_dir() {
        return Ok(false);
    }
    if digest::of_everything(target)? == noted {
        return Ok(true);
    }
    Err(BuildError::Changed {
        path: target.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::Cancel;

    #[test]
    fn any_change_of_what_is_kept_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        let env = BuildEnv::open(root.path(), Cancel::default()).unwrap();
        let (partial, target) = (env.tool_dir("a.partial"), env.tool_dir("a"));
        std::fs::create_dir_all(partial.join("__pycache__/.hidden")).unwrap();
        std::fs::write(partial.join("__pycache__/x.pyc"), "x").unwrap();
        assert!(!is_kept(&env, "a", &target).unwrap());
        keep(&env, "a", &partial, &target).unwrap();
        let check = || is_kept(&env, "a", &target);
        assert!(check().unwrap());

        let undone = |change: &dyn Fn(), undo: &dyn Fn()| {
            change();
            let message = check().unwrap_err().to_string();
            assert!(message.contains("was changed"), "{message}");
            assert!(message.contains("Remove it"), "{message}");
            undo();
            assert!(check().unwrap());
        };
        let (pyc, new) = (target.join("__pycache__/x.pyc"), target.join("new"));
        undone(&|| std::fs::write(&pyc, "y").unwrap(), &|| {
            std::fs::write(&pyc, "x").unwrap()
        });
        undone(&|| std::fs::write(&new, "").unwrap(), &|| {
            std::fs::remove_file(&new).unwrap()
        });
        undone(&|| std::fs::create_dir(&new).unwrap(), &|| {
            std::fs::remove_dir(&new).unwrap()
        });
        #[cfg(unix)]
        undone(&|| std::os::unix::fs::symlink("/", &new).unwrap(), &|| {
            std::fs::remove_file(&new).unwrap()
        });
        remove(&env, "a").unwrap();
        assert!(!check().unwrap());
    }

    #[test]
    fn what_was_not_put_in_its_place_does_not_count() {
        let root = tempfile::tempdir().unwrap();
        let env = BuildEnv::open(root.path(), Cancel::default()).unwrap();
        let (partial, target) = (env.tool_dir("a.partial"), env.tool_dir("a"));
        for folder in [&partial, &target] {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join("x"), "x").unwrap();
        }
        // Somebody was killed before it was noted, and before it was moved.
        assert!(!is_kept(&env, "a", &target).unwrap());
        std::fs::remove_dir_all(&target).unwrap();
        write(&env, "a", &digest::of_everything(&partial).unwrap()).unwrap();
        assert!(!is_kept(&env, "a", &target).unwrap());
    }

    #[test]
    fn a_note_that_was_made_elsewhere_or_for_something_else_counts_as_absent() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let open = |root: &Path| BuildEnv::open(root, Cancel::default()).unwrap();
        let (here, there) = (open(here.path()), open(there.path()));
        write(&there, "a", "as it was").unwrap();
        write(&here, "b", "as it was").unwrap();
        for from in [path(&there, "a"), path(&here, "b")] {
            std::fs::copy(from, path(&here, "a")).unwrap();
            assert_eq!(read(&here, "a"), None);
        }
        std::fs::write(path(&here, "a"), "as it was").unwrap();
        assert_eq!(read(&here, "a"), None);
        write(&here, "a", "as it was").unwrap();
        assert_eq!(read(&here, "a").as_deref(), Some("as it was"));
    }
}
