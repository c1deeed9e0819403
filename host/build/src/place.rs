//! Whether a `.stormcell` folder was made where it is.
//!
//! What lies in it is run: tools, and components that were compiled to machine code. So
//! one that came with somebody's sources must not be used, whatever digests and keys are
//! in it. What nobody can bring along is the moment at which a file was made here: the
//! system notes when anything about a file was changed last, to the nanosecond, and lets
//! nobody set that. So there is an empty file that is never touched, and beside it one
//! that says when that was made.

use std::fs::{File, Metadata};
use std::path::Path;

use crate::{BuildError, Cancel, lock};

/// The file that is never touched.
const MADE: &str = "made";

/// The file that says when that was.
const WHEN: &str = "made-at";

/// Folders whose contents are run, or decide what is.
const RUN: [&str; 6] = ["tools", "sdk", "cache", "components", "work", "records"];

/// Makes sure that nothing is written where a link of a stranger leads: a folder that was
/// not made here has none.
pub(crate) fn refuse_links(root: &Path) -> Result<(), BuildError> {
    if !is_from_here(&root.join(MADE), &root.join(WHEN)) && has_links(root) {
        return Err(BuildError::FromElsewhere {
            path: root.to_owned(),
        });
    }
    Ok(())
}

/// Makes sure that what is in the folder was put there by this program, here. It is one that
/// [`refuse_links`] let through.
pub(crate) fn check(root: &Path, locks: &Path, cancel: &Cancel) -> Result<(), BuildError> {
    let io = |doing, path: &Path, error| BuildError::io(doing, path, error);
    let (made, when) = (root.join(MADE), root.join(WHEN));
    if is_from_here(&made, &when) {
        return Ok(());
    }
    let from_elsewhere = || BuildError::FromElsewhere {
        path: root.to_owned(),
    };
    let _lock = lock::acquire(locks, "place", cancel, || {})?;
    // Another process may have been faster.
    if is_from_here(&made, &when) {
        return Ok(());
    }
    if RUN
        .iter()
        .any(|name| root.join(name).symlink_metadata().is_ok())
    {
        return Err(from_elsewhere());
    }
    crate::env::remove_file(&made)?;
    let file = File::create_new(&made).map_err(|error| io("creating", &made, error))?;
    let moment = file
        .metadata()
        .map(|meta| moment(&meta))
        .map_err(|error| io("reading", &made, error))?;
    crate::env::remove_file(&when)?;
    std::fs::write(&when, moment).map_err(|error| io("writing", &when, error))
}

fn is_from_here(made: &Path, when: &Path) -> bool {
    let said = std::fs::read_to_string(when);
    let is = made.symlink_metadata();
    matches!((said, is), (Ok(said), Ok(is)) if is.is_file() && said == moment(&is))
}

/// Whether the folder, or anything right in it, is a link.
fn has_links(root: &Path) -> bool {
    let inside = std::fs::read_dir(root).into_iter().flatten().flatten();
    root.is_symlink() || inside.into_iter().any(|entry| entry.path().is_symlink())
}

/// When anything about the file was changed last.
#[cfg(unix)]
fn moment(of: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{}.{:09}\n", of.ctime(), of.ctime_nsec())
}

/// When the file was made.
#[cfg(not(unix))]
fn moment(of: &Metadata) -> String {
    format!("{:?}\n", of.created().ok())
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::path::PathBuf;
    use std::process::Command;

    use tempfile::TempDir;

    use super::*;
    use crate::BuildEnv;

    fn open(root: &Path) -> Result<BuildEnv, BuildError> {
        BuildEnv::open(root, Cancel::default())
    }

    fn made() -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join(".stormcell");
        open(&root).unwrap();
        (dir, root)
    }

    #[test]
    fn one_that_was_made_here_is_used_again_also_under_another_name() {
        let (dir, root) = made();
        std::fs::create_dir(root.join("tools")).unwrap();
        open(&root).unwrap();
        let moved = dir.path().join("moved");
        std::fs::rename(&root, &moved).unwrap();
        open(&moved).unwrap();
    }

    #[test]
    fn one_that_came_with_sources_is_refused_with_what_to_do() {
        let (dir, root) = made();
        std::fs::create_dir(root.join("tools")).unwrap();
        let copy = dir.path().join("copy");
        // As an archive would bring it: with all times that can be set.
        let copied = Command::new("cp")
            .arg("-a")
            .args([&root, &copy])
            .status()
            .unwrap();
        assert!(copied.success());
        let message = open(&copy).unwrap_err().to_string();
        assert!(
            message.starts_with(&copy.display().to_string()),
            "{message}"
        );
        assert!(message.contains("was not made here"), "{message}");
        assert!(message.contains("remove it"), "{message}");
        for name in [MADE, WHEN] {
            std::fs::remove_file(copy.join(name)).unwrap();
        }
        open(&copy).unwrap_err();
    }

    #[test]
    fn links_of_a_stranger_are_not_followed() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let link = |name: &str| {
            let at = dir.path().join(name);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(elsewhere.path(), &at).unwrap();
        };
        link("a");
        link("b/locks");
        link("c/dead-letters");
        std::fs::create_dir(dir.path().join("d")).unwrap();
        let target = elsewhere.path().join("new");
        std::os::unix::fs::symlink(target, dir.path().join("d/.gitignore")).unwrap();
        for root in ["a", "b", "c", "d"] {
            open(&dir.path().join(root)).unwrap_err();
            assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_cannot_be_run_may_come_from_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        for data in ["state", "dead-letters"] {
            std::fs::create_dir(dir.path().join(data)).unwrap();
        }
        open(dir.path()).unwrap();
    }
}
