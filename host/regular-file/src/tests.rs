#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, Mode, RenameFlags};

use super::*;

fn fifo(path: &Path) {
    rustix::fs::mkfifoat(CWD, path, Mode::from_raw_mode(0o600)).unwrap();
}

fn not_regular(opened: io::Result<impl std::fmt::Debug>) -> NotRegular {
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
    *error.get_ref().unwrap().downcast_ref().unwrap()
}

/// Each way of opening a file.
fn ways() -> Vec<OpenOptions> {
    let way = |read, write, append, truncate, create| {
        let mut options = OpenOptions::new();
        options.read(read).write(write).append(append);
        options.truncate(truncate).create(create).clone()
    };
    vec![
        way(true, false, false, false, false),
        way(false, true, false, false, false),
        way(true, true, false, false, true),
        way(false, true, false, true, true),
        way(false, false, true, false, true),
    ]
}

#[test]
fn nothing_but_a_regular_file_is_opened_and_nothing_waits() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fifo(&at("fifo"));
    let _socket = UnixListener::bind(at("socket")).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    std::os::unix::fs::symlink(at("fifo"), at("link")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("endless")).unwrap();
    for (name, found) in [
        ("fifo", NotRegular::Fifo),
        ("link", NotRegular::Fifo),
        ("socket", NotRegular::Socket),
        ("folder", NotRegular::Folder),
        ("endless", NotRegular::Device),
    ] {
        for mut way in ways() {
            assert_eq!(
                not_regular(open_with(&at(name), &mut way)),
                found,
                "{way:?}"
            );
        }
        assert_eq!(not_regular(read(&at(name), 10)), found);
        assert_eq!(not_regular(copy(&at(name), &at("copy"), 10)), found);
        std::fs::write(at("file"), "1").unwrap();
        assert_eq!(not_regular(copy(&at("file"), &at(name), 10)), found);
    }
    let error = open(&at("absent")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

/// Whatever is there when it is opened: a file that becomes a FIFO between the look and the
/// opening is not opened as one, and nobody waits for it.
#[test]
fn what_is_exchanged_meanwhile_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (file, pipe) = (dir.path().join("file"), dir.path().join("pipe"));
    std::fs::write(&file, "words").unwrap();
    fifo(&pipe);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                rustix::fs::renameat_with(CWD, &file, CWD, &pipe, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let (mut opened, mut refused) = (0, 0);
        while opened < 1_000 || refused < 1_000 {
            match read(&file, 10) {
                Ok(bytes) => {
                    assert_eq!(bytes, b"words");
                    opened += 1;
                }
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
                    refused += 1;
                }
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn nothing_is_read_without_an_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, [b'x'; 10]).unwrap();
    assert_eq!(read(&path, 10).unwrap().len(), 10);
    assert_eq!(copy(&path, &dir.path().join("copy"), 10).unwrap(), 10);
    let error = read(&path, 9).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    assert!(error.to_string().contains("longer than 9 bytes"), "{error}");
    let error = copy(&path, &dir.path().join("copy"), 9).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    // A file of the kernel tells that it has no bytes.
    let proc = Path::new("/proc/self/maps");
    if proc.exists() {
        assert!(!read(proc, 1 << 20).unwrap().is_empty());
        assert_eq!(
            read(proc, 9).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }
}

#[test]
fn text_must_be_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, "ä").unwrap();
    assert_eq!(read_to_string(&path, 10).unwrap(), "ä");
    std::fs::write(&path, b"a\xff").unwrap();
    let error = read_to_string(&path, 10).unwrap_err().to_string();
    assert!(error.contains("byte 1 is not UTF-8"), "{error}");
}
