//! The entries of a folder, read as a component asks for them. They are read a few at a time,
//! because a folder may have more of them than there is memory for.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::sync::Arc;

use cap_primitives::fs::{DirEntry, ReadDir, read_base_dir};
use wasmtime_wasi::p2::FsResult;
use wasmtime_wasi::p2::bindings::filesystem::types::{DirectoryEntry, ErrorCode};

use super::kind::type_of;
use crate::disk_threads::DiskThreads;

/// Entries that are read at a time, and kept until the component asks for them.
const AT_A_TIME: usize = 64;

/// The entries of a folder that a component has not been told yet.
pub(super) struct Listing {
    read: VecDeque<FsResult<DirectoryEntry>>,
    /// The entries that were not read yet; `None`: there are no more.
    rest: Option<Rest>,
}

/// The entries of a folder that were not read yet.
struct Rest {
    entries: ReadDir,
    /// The instance that waits for the disk is found by this file: see [`crate::disk_threads`].
    _folder: Arc<File>,
}

impl Listing {
    /// Begins to list a folder.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub(super) async fn of(folder: Arc<File>, threads: DiskThreads) -> FsResult<Self> {
        let opening = threads.block(move || {
            let entries = read_base_dir(&folder)?;
            Ok::<_, io::Error>(Rest {
                entries,
                _folder: folder,
            })
        });
        Ok(Self {
            read: VecDeque::new(),
            rest: Some(opening.await.ok_or(ErrorCode::Io)??),
        })
    }

    /// The next entry; `None`: there are no more.
    ///
    /// # Errors
    /// If the entry cannot be read, or its name is not UTF-8.
    pub(super) async fn next(&mut self, threads: DiskThreads) -> FsResult<Option<DirectoryEntry>> {
        while self.read.is_empty()
            && let Some(rest) = self.rest.take()
        {
            let reading = threads.block(move || rest.read());
            (self.read, self.rest) = reading.await.ok_or(ErrorCode::Io)?;
        }
        self.read.pop_front().transpose()
    }
}

impl Rest {
    /// Reads some of the entries. Returns them, and those that are left.
    fn read(mut self) -> (VecDeque<FsResult<DirectoryEntry>>, Option<Self>) {
        let entries = self.entries.by_ref().take(AT_A_TIME);
        let mut seen = 0;
        let read = entries.inspect(|_| seen += 1).filter_map(told).collect();
        (read, (seen == AT_A_TIME).then_some(self))
    }
}

/// An entry as a component is told of it; `None`: the entry is not there any more.
fn told(entry: io::Result<DirEntry>) -> Option<FsResult<DirectoryEntry>> {
    let found = entry.and_then(|entry| Ok((entry.metadata()?.file_type(), entry.file_name())));
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(error.into())),
        Ok((kind, name)) => Some(match name.into_string() {
            Ok(name) => Ok(DirectoryEntry {
                type_: type_of(kind),
                name,
            }),
            Err(_) => Err(ErrorCode::IllegalByteSequence.into()),
        }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;

    use wasmtime_wasi::p2::bindings::filesystem::types::DescriptorType;

    use super::*;

    const THREADS: DiskThreads = DiskThreads::OfRuntime;

    /// All entries of a folder were in memory at once.
    #[tokio::test]
    async fn a_few_entries_are_in_memory_and_all_are_told() {
        for count in [0, 1, AT_A_TIME - 1, AT_A_TIME, AT_A_TIME + 1, 5 * AT_A_TIME] {
            let dir = tempfile::tempdir().unwrap();
            let names: BTreeSet<_> = (0..count).map(|n| format!("file {n}")).collect();
            for name in &names {
                std::fs::write(dir.path().join(name), "").unwrap();
            }
            let folder = Arc::new(File::open(dir.path()).unwrap());
            let mut listing = Listing::of(folder, THREADS).await.unwrap();
            let mut told = BTreeSet::new();
            while let Some(entry) = listing.next(THREADS).await.unwrap() {
                assert_eq!(entry.type_, DescriptorType::RegularFile);
                assert!(listing.read.len() < AT_A_TIME);
                assert!(told.insert(entry.name));
            }
            assert_eq!(told, names);
            assert!(listing.next(THREADS).await.unwrap().is_none());
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_no_file_is_told_as_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("folder")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), mode).unwrap();
        let folder = Arc::new(File::open(dir.path()).unwrap());
        let mut listing = Listing::of(folder, THREADS).await.unwrap();
        let mut told = Vec::new();
        while let Some(entry) = listing.next(THREADS).await.unwrap() {
            told.push((entry.name, entry.type_));
        }
        told.sort_by(|(a, _), (b, _)| a.cmp(b));
        let expected = [
            ("folder".to_owned(), DescriptorType::Directory),
            ("link".to_owned(), DescriptorType::SymbolicLink),
            ("pipe".to_owned(), DescriptorType::Fifo),
        ];
        assert_eq!(told, expected);
    }
}
