//! How much a granted folder may hold.
//!
//! A folder is *counted* by looking at all that is in it; what is written later is added
//! to the sum before it is written, as if all of it were new. So the sum is never too
//! small, and when it reaches the quota the folder is counted again, which shows what was
//! overwritten or deleted. Files that were deleted and are still open are counted as well:
//! the disk is rid of them when they are closed. What cannot be counted (a folder that
//! cannot be read, more than [`MOST_ENTRIES`] files) counts as full.
//!
//! A folder is what was opened, and not what has its name: it is counted from there, and no
//! link is followed, so that nobody can have another folder counted.
//!
//! All tasks of a process that are granted a folder share its sum. Other processes write
//! there without being asked, so it is also counted again each time that a sixteenth of
//! the quota has been written.

mod count;
mod stream;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use stormcell_topology::FileGrant;

use crate::disk_threads::DiskThreads;

pub(crate) use stream::QuotaStream;

/// A folder with more files, folders and links than this counts as full.
pub(crate) const MOST_ENTRIES: usize = 100_000;
/// A part of the quota: when so much was written the folder is counted again.
const PART: u64 = 16;
/// After a count nobody counts for so many times as long as it took, so that counting
/// never takes more than a small part of a core.
const REST: u32 = 10;

/// The folders of a process that somebody may write to.
#[derive(Debug, Default)]
pub(crate) struct Quotas(Mutex<HashMap<Identity, Weak<Folder>>>);

/// Which folder it is, for as long as somebody has it open.
type Identity = (u64, u64);

impl Quotas {
    /// This folder, which somebody has opened, with this quota.
    ///
    /// # Errors
    /// If it does not tell which folder it is.
    pub(crate) fn quota(&self, dir: Arc<File>, most: u64) -> io::Result<Quota> {
        let identity = count::identity(&dir)?;
        let mut folders = self.0.lock();
        folders.retain(|_, folder| folder.strong_count() > 0);
        let known = folders.get(&identity).and_then(Weak::upgrade);
        let folder = known.unwrap_or_else(|| {
            let folder = Arc::new(Folder::new(dir));
            folders.insert(identity, Arc::downgrade(&folder));
            folder
        });
        Ok(Quota {
            folder,
            most,
            threads: DiskThreads::OfRuntime,
        })
    }
}

/// A folder that somebody may write to.
#[derive(Debug)]
struct Folder {
    /// For as long as it is open, no other folder is taken for it.
    dir: Arc<File>,
    usage: Mutex<Usage>,
    /// Files that tasks have open. Those that are closed are removed when it is counted.
    open: Mutex<Vec<Weak<File>>>,
    /// Held by who counts: when the last count began and ended.
    counting: tokio::sync::Mutex<Option<(Instant, Instant)>>,
    /// Held by who makes a file shorter or longer otherwise than by writing.
    resizing: Arc<tokio::sync::Mutex<()>>,
}

/// What a folder holds.
#[derive(Debug, Default)]
struct Usage {
    /// What was counted, and all that was written since; `None`: nobody has counted.
    sum: Option<u64>,
    /// What was written since it was counted.
    since: u64,
    /// What is being written.
    writing: u64,
    /// All that was ever written.
    written: u64,
}

impl Folder {
    fn new(dir: Arc<File>) -> Self {
        Self {
            dir,
            usage: Mutex::default(),
            open: Mutex::default(),
            counting: tokio::sync::Mutex::default(),
            resizing: Arc::default(),
        }
    }

    /// Counts what is in it.
    async fn count(self: &Arc<Self>, threads: DiskThreads) {
        let asked = Instant::now();
        let mut last = self.counting.lock().await;
        if let Some((begun, ended)) = *last {
            if begun >= asked {
                // Somebody else has counted for this one, too.
                return;
            }
            let took = ended.duration_since(begun);
            let rest = (took * REST).saturating_sub(ended.elapsed());
            if rest > Duration::ZERO {
                tokio::time::sleep(rest).await;
            }
        }
        let written = self.usage.lock().written;
        let folder = Arc::clone(self);
        let begun = Instant::now();
        let counted = threads.block(move || {
            let in_it = count::folder(&folder.dir, MOST_ENTRIES);
            let mut open = folder.open.lock();
            open.retain(|file| file.strong_count() > 0);
            let files: Vec<_> = open.iter().filter_map(Weak::upgrade).collect();
            drop(open);
            in_it.map(|sum| sum.saturating_add(count::deleted(&files)))
        });
        let counted = counted.await.flatten();
        let mut usage = self.usage.lock();
        // It may have been looked at before something was written that is done by now.
        let meanwhile = usage.written.saturating_sub(written);
        usage.sum = Some(counted.unwrap_or(u64::MAX).saturating_add(meanwhile));
        usage.since = meanwhile;
        *last = Some((begun, Instant::now()));
    }
}

/// What a folder may hold.
#[derive(Debug, Clone)]
pub(crate) struct Quota {
    folder: Arc<Folder>,
    most: u64,
    threads: DiskThreads,
}

impl Quota {
    /// The same, counted by these threads.
    pub(crate) fn counted_by(self, threads: DiskThreads) -> Self {
        Self { threads, ..self }
    }

    /// Room for so many bytes, counting the folder again if it seems to be full.
    /// `None`: it is.
    pub(crate) async fn reserve(&self, bytes: u64) -> Option<Reserved> {
        if let Some(reserved) = self.reserve_at_once(bytes, false) {
            return Some(reserved);
        }
        self.count().await;
        self.reserve_at_once(bytes, true)
    }

    /// The same without waiting. `counted`: it was counted just now; if not, it may have
    /// to be.
    pub(crate) fn reserve_at_once(&self, bytes: u64, counted: bool) -> Option<Reserved> {
        let mut usage = self.folder.usage.lock();
        if self.room_of(&usage, counted) < bytes {
            return None;
        }
        usage.writing = usage.writing.saturating_add(bytes);
        Some(Reserved {
            folder: Arc::clone(&self.folder),
            bytes,
        })
    }

    /// For how much there is room without waiting.
    pub(crate) fn room(&self, counted: bool) -> u64 {
        self.room_of(&self.folder.usage.lock(), counted)
    }

    fn room_of(&self, usage: &Usage, counted: bool) -> u64 {
        let Some(sum) = usage.sum else {
            return 0;
        };
        let until_full = self.most.saturating_sub(sum.saturating_add(usage.writing));
        if counted {
            return until_full;
        }
        let written = usage.since.saturating_add(usage.writing);
        until_full.min((self.most / PART).saturating_sub(written))
    }

    /// Counts the folder.
    pub(crate) async fn count(&self) {
        self.folder.count(self.threads).await;
    }

    /// Room for one more file, folder or link.
    pub(crate) async fn reserve_entry(&self) -> Option<Reserved> {
        self.reserve(FileGrant::ENTRY).await
    }

    /// A file of it that is open from now on.
    pub(crate) fn opened(&self, file: &Arc<File>) {
        let mut open = self.folder.open.lock();
        if open.len() == open.capacity() {
            open.retain(|file| file.strong_count() > 0);
        }
        open.push(Arc::downgrade(file));
    }

    /// Nobody else changes the length of a file of it until this is dropped.
    pub(crate) async fn resizing(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.folder.resizing).lock_owned().await
    }

    /// Whether both are of the same folder.
    pub(crate) fn is_of_same_folder(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.folder, &other.folder)
    }
}

/// Room that somebody may fill. When it is dropped, it counts as filled.
#[derive(Debug)]
pub(crate) struct Reserved {
    folder: Arc<Folder>,
    bytes: u64,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut usage = self.folder.usage.lock();
        usage.writing -= self.bytes;
        usage.since = usage.since.saturating_add(self.bytes);
        usage.written = usage.written.saturating_add(self.bytes);
        usage.sum = usage.sum.map(|sum| sum.saturating_add(self.bytes));
    }
}

#[cfg(test)]
mod tests;
