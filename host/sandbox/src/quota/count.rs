//! Counting what is in a folder.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_primitives::fs as beneath;
use stormcell_topology::FileGrant;

/// The bytes of all files below a folder, as long as they say they are, and
/// [`FileGrant::ENTRY`] for everything in it. Links are not followed, and a file with
/// several names counts once. `None`: it cannot be
/// counted, or has more than so many entries.
///
/// Whatever is exchanged meanwhile, nothing outside of it is looked at.
pub(super) fn folder(top: &File, most_entries: usize) -> Option<u64> {
    if is_deleted_folder(top) {
        return None;
    }
    let mut sum = 0_u64;
    let mut entries = 0;
    let mut several_names = HashSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(path) = folders.pop() {
        let inside = match open(top, &path).and_then(|folder| beneath::read_base_dir(&folder)) {
            // It was deleted or exchanged in the meantime.
            Err(error) if !path.as_os_str().is_empty() && is_gone(&error) => continue,
            inside => inside.ok()?,
        };
        for entry in inside {
            let entry = entry.ok()?;
            entries += 1;
            if entries > most_entries {
                return None;
            }
            sum = sum.saturating_add(FileGrant::ENTRY);
            match entry.metadata() {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => return None,
                Ok(metadata) if metadata.is_dir() => folders.push(path.join(entry.file_name())),
                Ok(metadata) if metadata.is_file() => {
                    let name = one_of_several_names(&metadata);
                    if name.is_none_or(|file| several_names.insert(file)) {
                        sum = sum.saturating_add(metadata.len());
                    }
                }
                Ok(_) => {}
            }
        }
    }
    Some(sum)
}

/// Opens a folder in the one at the top.
fn open(top: &File, path: &Path) -> io::Result<File> {
    match path.as_os_str().is_empty() {
        true => top.try_clone(),
        false => beneath::open_dir_nofollow(top, path),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        || error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Which folder it is.
#[cfg(unix)]
pub(super) fn identity(dir: &File) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = dir.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Each that is opened counts by itself.
#[cfg(not(unix))]
pub(super) fn identity(_: &File) -> io::Result<(u64, u64)> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    Ok((0, NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Whether it can hold nothing any more.
fn is_deleted_folder(dir: &File) -> bool {
    dir.metadata().is_ok_and(|metadata| is_deleted(&metadata))
}

/// The bytes of those of these open files that no folder has any more.
pub(super) fn deleted(files: &[Arc<File>]) -> u64 {
    let lengths = files.iter().filter_map(|file| {
        let metadata = file.metadata().ok()?;
        is_deleted(&metadata).then_some(metadata.len())
    });
    lengths.fold(0, u64::saturating_add)
}

#[cfg(unix)]
fn is_deleted(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.nlink() == 0
}

/// A file that is open cannot be deleted.
#[cfg(not(unix))]
fn is_deleted(_: &Metadata) -> bool {
    false
}

/// Which file it is, if it has more than one name.
#[cfg(unix)]
fn one_of_several_names(metadata: &beneath::Metadata) -> Option<(u64, u64)> {
    use beneath::MetadataExt as _;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// Each name counts by itself.
#[cfg(not(unix))]
fn one_of_several_names(_: &beneath::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn folder(path: &Path, most_entries: usize) -> Option<u64> {
        super::folder(&File::open(path).unwrap(), most_entries)
    }

    #[test]
    fn a_folder_with_too_many_entries_cannot_be_counted() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        assert_eq!(folder(dir.path(), 3), Some(3 * FileGrant::ENTRY + 3));
        assert_eq!(folder(dir.path(), 2), None);
    }

    /// What is counted is what is in the folder, whoever exchanges a part of it for a link that
    /// leads out while it is counted.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_link_leads_to_that_is_exchanged_meanwhile_does_not_count() {
        use std::sync::atomic::{AtomicBool, Ordering};

        use rustix::fs::{CWD, RenameFlags, renameat_with};

        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("top/sub")).unwrap();
        std::fs::create_dir(at("outside")).unwrap();
        std::fs::write(at("top/sub/file"), "12345").unwrap();
        std::fs::write(at("outside/large"), [0; 1_000_000]).unwrap();
        std::os::unix::fs::symlink("../outside", at("top/link")).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let (one, other) = (at("top/sub"), at("top/link"));
                    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap();
                }
            });
            for _ in 0..2_000 {
                let sum = folder(&at("top"), 10).unwrap();
                assert!(sum <= 4 * FileGrant::ENTRY + 10, "{sum}");
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_link_counts_and_what_it_leads_to_does_not() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("link")).unwrap();
        assert_eq!(folder(dir.path(), 10), Some(FileGrant::ENTRY));
        std::fs::write(dir.path().join("file"), "12345").unwrap();
        std::fs::hard_link(dir.path().join("file"), dir.path().join("same")).unwrap();
        assert_eq!(folder(dir.path(), 10), Some(3 * FileGrant::ENTRY + 5));
    }
}
