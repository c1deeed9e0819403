#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, Mode, RenameFlags, mkfifoat, renameat_with};

use super::*;

fn refused(path: &Path) -> String {
    open_folder(path).unwrap_err().tell(path)
}

fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (one, other) = (file.metadata().unwrap(), std::fs::metadata(path).unwrap());
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[test]
fn a_folder_is_opened_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir_all(at("a/b")).unwrap();
    for path in ["a/b", "a/./b", "a/b/../b", "a/b/../../a/b"] {
        let opened = open_folder(&at(path)).unwrap();
        assert!(is_same(&opened, &at("a/b")), "{path}");
    }
    std::fs::write(at("file"), "").unwrap();
    assert!(refused(&at("file")).contains("is a file: grant the folder"));
    assert!(refused(&at("file/b")).contains("is no folder"));
    assert!(refused(&at("absent")).contains("does not exist"));
    mkfifoat(CWD, at("fifo"), Mode::from_raw_mode(0o600)).unwrap();
    assert!(refused(&at("fifo")).contains("is a file"));
    symlink("a", at("link")).unwrap();
    symlink("b", at("a/inner")).unwrap();
    for (path, link) in [("link", "link"), ("link/b", "link"), ("a/inner", "a/inner")] {
        let said = refused(&at(path));
        let named = format!("{} is a symbolic link to", at(link).display());
        assert!(said.contains(&named), "{said}");
    }
}

/// Whoever exchanges a part of the path for a link, what is opened is the folder or nothing.
#[test]
fn what_a_link_leads_to_that_is_exchanged_meanwhile_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir_all(at("a/b")).unwrap();
    std::fs::create_dir_all(at("outside/b")).unwrap();
    symlink("outside", at("link")).unwrap();
    let inside = open_folder(&at("a/b")).unwrap();
    let inside = inside.metadata().unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                renameat_with(CWD, at("a"), CWD, at("link"), RenameFlags::EXCHANGE).unwrap();
            }
        });
        let (mut opened, mut refused) = (0, 0);
        while opened < 1_000 || refused < 1_000 {
            match open_folder(&at("a/b")) {
                Ok(folder) => {
                    use std::os::unix::fs::MetadataExt as _;
                    assert_eq!(folder.metadata().unwrap().ino(), inside.ino());
                    opened += 1;
                }
                Err(Failure::Link(..) | Failure::NoFolder(_)) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
