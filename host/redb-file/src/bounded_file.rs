//! A redb file that takes no more of the disk than it may, however it is written to.
//!
//! A copy-on-write file that is changed needs room for what is new beside what is there, and
//! keeps what it had: a value of 2,049 bytes takes a page of 4 KiB, and a change of
//! everything that is kept takes as much again. The bound is a hard one: a change for which
//! there is no room is tried again after a compaction, and if that made none, it is refused
//! as by a full disk, and nothing of it is made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::Database;

use crate::bound::Disk;
use crate::{Fault, Layout, close, guarded};

/// A file is compacted if it takes so many times what is kept in it, and [`SLACK`]: no more
/// than twice is needed for any sizes of values.
const LOOSE: u64 = 3;
/// In bytes. A file that is no larger than this is not compacted.
const SLACK: u64 = 16 << 20;
/// A larger file, in bytes, is compacted only if there is no room otherwise: it takes about a
/// second for each 100 MiB.
const LARGE: u64 = 1 << 30;

/// A redb file that takes no more of the disk than it may.
#[derive(Debug)]
pub struct BoundedFile {
    layout: Layout,
    path: PathBuf,
    disk: Arc<Disk>,
    /// `None`: something could not be written, after which redb wants to be opened again, and
    /// it could not be.
    database: Option<Database>,
}

impl BoundedFile {
    /// Opens a file, as soon as no other process has it. It takes `most` bytes of the disk at
    /// most; one that takes more is compacted, and if that is not enough, it does not grow.
    ///
    /// # Errors
    /// As [`Layout::open`].
    pub fn open(layout: Layout, path: &Path, most: u64) -> Result<Self, Fault> {
        let disk = Arc::new(Disk::new(most));
        let mut file = Self {
            database: Some(layout.open_within(path, &disk)?),
            layout,
            path: path.to_owned(),
            disk,
        };
        if file.disk.taken() > most {
            file.compact()?;
            file.disk.allow_what_is_there();
        }
        Ok(file)
    }

    /// What is in it.
    ///
    /// # Errors
    /// [`Fault::Io`] if it could not be opened again after an error.
    pub fn database(&self) -> Result<&Database, Fault> {
        self.database
            .as_ref()
            .ok_or_else(|| Fault::Io("an earlier write failed".to_owned()))
    }

    /// Whether the last change failed because the file would have taken more than it may: then
    /// it is tried again after [`Self::make_room`]. After any other error the file is of no
    /// use.
    pub fn was_refused(&self) -> bool {
        self.disk.take_refused()
    }

    /// Whether it is too large, or much larger than what is kept in it, so that it is
    /// compacted. `held`: the bytes of that.
    pub fn is_loose(&self, held: u64) -> bool {
        // What was written pays for it.
        let is_paid = self.disk.written() > self.disk.taken();
        self.is_too_long() || is_paid && self.is_loose_at_first(held)
    }

    /// Whether it is longer than it may take of the disk: it was made longer for a change, and
    /// has holes.
    pub fn is_too_long(&self) -> bool {
        self.disk.length() > self.disk.most()
    }

    /// The same of a file that was just opened.
    pub fn is_loose_at_first(&self, held: u64) -> bool {
        let taken = self.disk.taken();
        taken > held.saturating_mul(LOOSE).saturating_add(SLACK) && taken <= LARGE
    }

    /// Makes it as small as it can be. Wherever this ends, what is in it stays.
    ///
    /// # Errors
    /// If it cannot be opened again after an error.
    pub fn compact(&mut self) -> Result<(), Fault> {
        let Some(database) = self.database.as_mut() else {
            return self.reopen();
        };
        self.disk.compacting(true);
        let compacted = guarded(|| Ok(database.compact()?));
        self.disk.compacting(false);
        match compacted {
            Ok(_) => Ok(()),
            // What it takes now tells how far it came.
            Err(_) => self.reopen(),
        }
    }

    /// The same after an error, after which redb wants to be opened again.
    ///
    /// # Errors
    /// As [`Self::compact`].
    pub fn make_room(&mut self) -> Result<(), Fault> {
        self.reopen()?;
        self.compact()
    }

    fn reopen(&mut self) -> Result<(), Fault> {
        if let Some(database) = self.database.take() {
            close(database);
        }
        self.database = Some(self.layout.open_within(&self.path, &self.disk)?);
        Ok(())
    }
}

impl Drop for BoundedFile {
    fn drop(&mut self) {
        if let Some(database) = self.database.take() {
            close(database);
        }
    }
}

#[cfg(test)]
mod tests;
