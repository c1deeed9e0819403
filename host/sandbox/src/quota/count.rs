//! Counting what is in a folder.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use stormcell_topology::FileGrant;

/// The bytes of all files below a folder, as long as they say they are, and
/// [`FileGrant::ENTRY`] for everything in it. Links are not followed, and a file with
/// several names counts once. `None`: it cannot be
/// counted, or has more than so many entries.
pub(super) fn folder(path: &Path, most_entries: usize) -> Option<u64> {
    let mut sum = 0_u64;
    let mut entries = 0;
    let mut several_names = HashSet::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let inside = match std::fs::read_dir(&folder) {
            // It was deleted in the meantime.
            Err(error) if error.kind() == ErrorKind::NotFound && folder != path => continue,
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
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
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
fn one_of_several_names(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()))
}

/// Each name counts by itself.
#[cfg(not(unix))]
fn one_of_several_names(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_folder_with_too_many_entries_cannot_be_counted() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        assert_eq!(folder(dir.path(), 3), Some(3 * FileGrant::ENTRY + 3));
        assert_eq!(folder(dir.path(), 2), None);
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
