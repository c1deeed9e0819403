//! Whether a `.stormcell` folder was made where it is, and what becomes of one that was not.
//!
//! Tools in it are run, and so are components that were compiled to machine code. So a folder
//! that came with somebody's sources must not be used, whatever digests and keys are in it.
//! Nobody can bring along the moment at which a file was made here: the system notes when
//! anything about a file was changed last, to the nanosecond, and lets nobody set that. So
//! there is an empty file that is never touched, and beside it a file that says when the
//! empty one was made. The second file also has a random key, with which notes are sealed
//! ([`crate::record`]). A later version of somebody's sources may add files to a folder that
//! was made here: notes among them have no such seal, and count as absent.
//!
//! In a folder that was not made here, or in which other users of the machine could write,
//! all that is run is set aside, and is made anew. Nothing is removed and no link followed.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use stormcell_private_files as private_files;
use walkdir::WalkDir;

use crate::env::{create_dir, remove_file};
use crate::{BuildError, Cancel, digest, lock, state_dir};

/// The file that is never touched.
const MADE: &str = "made";

/// The file that says when that was, and on a second line has the key.
const WHEN: &str = "made-at";

/// Bytes of the key.
const KEY: usize = 16;

/// Folders whose contents are run, or decide what is.
const RUN: [&str; 7] = [
    "tools",
    "sdk",
    "cache",
    "components",
    "work",
    "records",
    "bench",
];

/// How the names of the folders begin into which these are moved.
const ASIDE: &str = "set-aside";

/// The text of the `.gitignore` of the folder.
pub(crate) const IGNORED: &str = "*\n";

/// A folder that is used.
#[derive(Debug)]
pub(crate) struct Place {
    /// The key of the folder, with which notes are sealed.
    pub(crate) seal: String,
    /// Where tools and components were put, if somebody else may have made them.
    pub(crate) set_aside: Option<PathBuf>,
}

/// Makes the folder if needed, closes it to others, and makes sure that whatever is run of
/// it was put there by this program, here.
pub(crate) fn open(root: &Path, cancel: &Cancel) -> Result<Place, BuildError> {
    let marks = Marks::of(root);
    let is_exposed = others_can_write(root);
    let is_known = !is_exposed && marks.seal().is_some();
    let is_refused = if is_known {
        // A later version of somebody's sources may have brought them.
        links_right_in(root)
    } else {
        has_links(root) || !(what_is_run(root).is_empty() || is_one_of_ours(root))
    };
    if is_refused {
        return Err(BuildError::FromElsewhere {
            path: root.to_owned(),
        });
    }
    if is_exposed {
        marks.remove()?;
    }
    private_files::inner_folder(root).map_err(|error| BuildError::io("opening", root, error))?;
    if is_exposed {
        // Others could still put them back.
        marks.remove()?;
    }
    let known = |seal| Place {
        seal,
        set_aside: None,
    };
    if let Some(seal) = marks.seal() {
        return Ok(known(seal));
    }
    let _lock = lock::acquire(&root.join("locks"), "place", cancel, || {})?;
    // Another process may have been faster.
    if let Some(seal) = marks.seal() {
        return Ok(known(seal));
    }
    let set_aside = set_aside(root)?;
    let seal = marks.make(root)?;
    Ok(Place { seal, set_aside })
}

/// Whether the folder was made where it is.
pub(crate) fn is_from_here(root: &Path) -> bool {
    !others_can_write(root) && Marks::of(root).seal().is_some()
}

/// The two files by which a folder is known.
struct Marks {
    made: PathBuf,
    when: PathBuf,
}

impl Marks {
    fn of(root: &Path) -> Self {
        Self {
            made: root.join(MADE),
            when: root.join(WHEN),
        }
    }

    /// The key of the folder, if it was made here.
    fn seal(&self) -> Option<String> {
        let said = stormcell_regular_file::read_to_string(&self.when, 200).ok()?;
        let (when, key) = said.split_once('\n')?;
        let is = self.made.symlink_metadata().ok()?;
        let is_from_here = is.is_file() && when == moment(&is) && key.len() == 2 * KEY + 1;
        is_from_here.then(|| key.to_owned())
    }

    fn make(&self, root: &Path) -> Result<String, BuildError> {
        self.remove()?;
        let failed = |path: &Path, error| BuildError::io("creating", path, error);
        let file = File::create_new(&self.made).map_err(|error| failed(&self.made, error))?;
        let made = file.metadata().map_err(|error| failed(&self.made, error))?;
        let mut random = [0; KEY];
        getrandom::fill(&mut random)
            .map_err(|error| BuildError::io("making a key for", root, io::Error::other(error)))?;
        let seal = format!("{}\n", digest::hex(&random));
        let text = format!("{}\n{seal}", moment(&made));
        std::fs::write(&self.when, text).map_err(|error| failed(&self.when, error))?;
        Ok(seal)
    }

    fn remove(&self) -> Result<(), BuildError> {
        remove_file(&self.made)?;
        remove_file(&self.when)
    }
}

/// Those of the folders in [`RUN`] that are there.
fn what_is_run(root: &Path) -> Vec<&'static str> {
    RUN.into_iter()
        .filter(|name| is_there(&root.join(name)))
        .collect()
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Moves the folders in [`RUN`] out of the way, and says where to, if any is there.
fn set_aside(root: &Path) -> Result<Option<PathBuf>, BuildError> {
    let found = what_is_run(root);
    if found.is_empty() {
        return Ok(None);
    }
    let mut aside = root.join(ASIDE);
    let mut number = 1;
    while is_there(&aside) {
        number += 1;
        aside = root.join(format!("{ASIDE}-{number}"));
    }
    create_dir(&aside)?;
    for name in found {
        let from = root.join(name);
        std::fs::rename(&from, aside.join(name))
            .map_err(|error| BuildError::io("setting aside", &from, error))?;
    }
    Ok(Some(aside))
}

/// Whether the folder is a `.stormcell`, and not another folder that was named by mistake and
/// happens to have folders of the same names.
fn is_one_of_ours(root: &Path) -> bool {
    let ignored = stormcell_regular_file::read_to_string(&root.join(".gitignore"), 100);
    root.file_name().is_some_and(|name| name == state_dir::NAME)
        || ignored.is_ok_and(|text| text == IGNORED)
}

/// Whether one of the folders and files right in it is a link.
fn links_right_in(root: &Path) -> bool {
    let mut inside = std::fs::read_dir(root).into_iter().flatten().flatten();
    inside.any(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()))
}

/// Whether something could be read or written where a link of a stranger leads. Links in
/// folders that are set aside do not count: they are moved as they are.
fn has_links(root: &Path) -> bool {
    let is_kept = |name: &std::ffi::OsStr| {
        let name = name.to_string_lossy();
        !RUN.contains(&name.as_ref()) && !name.starts_with(ASIDE)
    };
    let mut kept = WalkDir::new(root)
        .into_iter()
        .filter_entry(|entry| entry.depth() != 1 || is_kept(entry.file_name()));
    root.is_symlink() || kept.any(|entry| entry.is_ok_and(|entry| entry.path_is_symlink()))
}

/// Whether others than its owner may write in the folder.
#[cfg(unix)]
fn others_can_write(root: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    root.metadata().is_ok_and(|meta| meta.mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn others_can_write(_: &Path) -> bool {
    false
}

/// When anything about the file was changed last.
#[cfg(unix)]
fn moment(of: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{}.{:09}", of.ctime(), of.ctime_nsec())
}

/// When the file was made.
#[cfg(not(unix))]
fn moment(of: &Metadata) -> String {
    format!("{:?}", of.created().ok())
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

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

    /// A copy of a folder that was made, as an archive would bring it: with all times that
    /// can be set.
    fn copied(from: &Path, to: &Path) {
        let copied = Command::new("cp").arg("-a").args([from, to]).status();
        assert!(copied.unwrap().success());
    }

    #[test]
    fn what_is_run_of_one_that_came_with_sources_is_set_aside_and_data_stays() {
        let (dir, root) = made();
        for folder in RUN.iter().chain(&["state", "dead-letters"]) {
            std::fs::create_dir_all(root.join(folder)).unwrap();
            std::fs::write(root.join(folder).join("planted"), folder).unwrap();
        }
        let secret = dir.path().join("secret");
        std::fs::write(&secret, "secret").unwrap();
        std::os::unix::fs::symlink(&secret, root.join("tools/link")).unwrap();
        let copy = dir.path().join("copy/.stormcell");
        std::fs::create_dir(dir.path().join("copy")).unwrap();
        copied(&root, &copy);
        assert!(!is_from_here(&copy));
        let env = open(&copy).unwrap();
        let aside = copy.join("set-aside");
        assert_eq!(env.set_aside(), Some(aside.as_path()));
        for folder in RUN {
            assert!(aside.join(folder).join("planted").is_file(), "{folder}");
            assert!(!copy.join(folder).join("planted").exists(), "{folder}");
        }
        for folder in ["state", "dead-letters"] {
            assert!(copy.join(folder).join("planted").is_file(), "{folder}");
        }
        assert_eq!(std::fs::read(&secret).unwrap(), b"secret");
        // From now on it is one that was made here, and the original is as it was.
        assert!(is_from_here(&copy));
        assert_eq!(open(&copy).unwrap().set_aside(), None);
        assert_eq!(open(&root).unwrap().set_aside(), None);

        // A second time, and one of which the marks are lost.
        let second = dir.path().join("second");
        copied(&copy, &second);
        for name in [MADE, WHEN] {
            std::fs::remove_file(second.join(name)).unwrap();
        }
        let env = open(&second).unwrap();
        assert_eq!(env.set_aside(), Some(second.join("set-aside-2").as_path()));
    }

    #[test]
    fn one_in_which_others_could_write_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        for mode in [0o777, 0o770, 0o702] {
            let (_dir, root) = made();
            std::fs::create_dir(root.join("tools")).unwrap();
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&root, permissions).unwrap();
            assert!(!is_from_here(&root));
            assert!(open(&root).unwrap().set_aside().is_some(), "{mode:o}");
            assert!(!root.join("tools").exists());
            assert!(is_from_here(&root));
        }
    }

    #[test]
    fn a_folder_that_was_named_by_mistake_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("components")).unwrap();
        let message = open(dir.path()).unwrap_err().to_string();
        let beginning = format!("{}: ", dir.path().display());
        assert!(message.starts_with(&beginning), "{message}");
        assert!(message.contains("was not made here"), "{message}");
        assert!(message.contains("--state-dir"), "{message}");
        assert!(dir.path().join("components").is_dir());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
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
        link("e/state/of/a-task");
        link("f/locks/place.lock");
        for root in ["a", "b", "c", "d", "e", "f"] {
            open(&dir.path().join(root)).unwrap_err();
            assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn links_that_come_later_are_not_followed() {
        let elsewhere = tempfile::tempdir().unwrap();
        for name in ["work", "tools", "components", "state"] {
            let (_dir, root) = made();
            std::os::unix::fs::symlink(elsewhere.path(), root.join(name)).unwrap();
            let message = open(&root).unwrap_err().to_string();
            assert!(message.contains("there are links"), "{message}");
            std::fs::remove_file(root.join(name)).unwrap();
            open(&root).unwrap();
        }
        assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
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
