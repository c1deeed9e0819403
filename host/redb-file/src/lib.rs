//! A redb file that is opened safely: what the store of a supervisor, dead letters and the
//! state of tasks have in common.
//!
//! Invariants:
//! - a file is made beside its place and put there whole, so that one in its place which is
//!   empty or cut short is always damage ([`Layout::create`]);
//! - what is in a file that does not say its format, or says a newer one, is never changed
//!   ([`Layout::open`]); only redb notes in its head that it was open;
//! - what a damaged file makes redb do, panics among it, is an error ([`guarded`]);
//! - a change that was committed is on the disk, and survives a power cut ([`begin`]);
//! - only the user of this process can use the file and its folder (`private-files`);
//! - a file that is bounded takes no more of the disk than it may ([`BoundedFile`]).
//!
//! All calls block.
#![forbid(unsafe_code)]

mod bound;
mod bounded_file;
mod fault;
#[cfg(any(test, feature = "power-cuts"))]
pub mod power_cuts;

use std::fs::{File, OpenOptions};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redb::backends::FileBackend;
use redb::{
    Database, Durability, ReadableDatabase as _, StorageError, TableDefinition, TableError,
    WriteTransaction,
};
use stormcell_private_files as private_files;

pub use bounded_file::BoundedFile;
pub use fault::Fault;

use bound::{Disk, OnDisk};

/// Numbers of the file: its format under `format`, and others of whoever uses it.
pub const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The name of the format among the numbers.
const FORMAT: &str = "format";
/// How often it is looked whether another process still has the file.
const LOOK: Duration = Duration::from_millis(2);
/// A file is no more folders below one that was there before.
const FOLDERS: usize = 4;

/// What all files of one kind have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The version of their format, from 1 on.
    pub format: u64,
    /// Bytes of memory that are used to keep pages of an open file.
    pub cache: usize,
    /// For how long another process may still have a file that is opened.
    pub patience: Duration,
}

impl Layout {
    /// Makes a file, and its folders, unless it is there. `tables` makes what is in it
    /// besides its format.
    ///
    /// # Errors
    /// If it cannot be made: then there is none.
    pub fn create(
        &self,
        path: &Path,
        tables: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), Fault> {
        if path.try_exists()? {
            return Ok(());
        }
        let folder = folder_of(path);
        private_files::inner_folder(folder)?;
        let new = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(folder)?;
        guarded(|| {
            let database = Database::builder()
                .set_cache_size(self.cache)
                .create(new.path())?;
            self.initialise(&database, tables)
        })?;
        new.as_file().sync_all()?;
        match new.persist_noclobber(path) {
            Ok(_) => {}
            // Another process was faster.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error.into()),
        }
        Ok(sync_folders(path)?)
    }

    /// Makes what is in an empty database: its format, and what `tables` makes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn initialise(
        &self,
        database: &Database,
        tables: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), redb::Error> {
        let write = begin(database)?;
        write.open_table(META)?.insert(FORMAT, self.format)?;
        tables(&write)?;
        write.commit()?;
        Ok(())
    }

    /// Opens a file, as soon as no other process has it.
    ///
    /// # Errors
    /// If it is not there, damaged, of another format, or another process keeps it.
    pub fn open(&self, path: &Path) -> Result<Database, Fault> {
        if path.try_exists()? {
            private_files::inner_folder(folder_of(path))?;
        }
        self.open_within(path, &Arc::new(Disk::new(u64::MAX)))
    }

    /// The same of a file that may take so much of the disk.
    fn open_within(&self, path: &Path, disk: &Arc<Disk>) -> Result<Database, Fault> {
        let since = Instant::now();
        let database = loop {
            let opened = guarded(|| self.open_now(path, disk));
            match opened {
                Err(redb::Error::DatabaseAlreadyOpen) if since.elapsed() < self.patience => {
                    std::thread::sleep(LOOK);
                }
                opened => break opened?,
            }
        };
        let format = guarded(|| format(&database));
        let checked = format.map_err(Fault::from);
        match checked.and_then(|format| self.check_format(format)) {
            Ok(()) => Ok(database),
            Err(fault) => {
                close(database);
                Err(fault)
            }
        }
    }

    /// Opens a file that no other process has.
    fn open_now(&self, path: &Path, disk: &Arc<Disk>) -> Result<Database, redb::Error> {
        let mut options = OpenOptions::new();
        let file = private_files::open(options.read(true).write(true), path)?;
        // redb would make a database of it.
        if file.metadata()?.len() == 0 {
            return Err(StorageError::Corrupted("it is empty".to_owned()).into());
        }
        let file = OnDisk::new(FileBackend::new(file)?, Arc::clone(disk))?;
        let mut builder = Database::builder();
        Ok(builder
            .set_cache_size(self.cache)
            .create_with_backend(file)?)
    }

    /// Whether that is the format of these files.
    ///
    /// # Errors
    /// [`Fault::Newer`] if it is a later one; [`Fault::Damaged`] if it is none.
    pub fn check_format(&self, found: Option<u64>) -> Result<(), Fault> {
        match found {
            Some(format) if format == self.format => Ok(()),
            Some(format) if format > self.format => Err(Fault::Newer {
                format,
                known: self.format,
            }),
            Some(format) => Err(Fault::Damaged(format!("its format is {format}"))),
            None => Err(Fault::Damaged("it does not say its format".to_owned())),
        }
    }
}

/// The format that a database says that it has.
///
/// # Errors
/// If it cannot be read.
pub fn format(database: &Database) -> Result<Option<u64>, redb::Error> {
    match database.begin_read()?.open_table(META) {
        Ok(meta) => Ok(meta.get(FORMAT)?.map(|format| format.value())),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Begins a change that is durable when it is committed.
///
/// It is committed in two phases. In one, redb tells by its checksum whether the last change
/// is whole, and goes back to the one before if not: what is in the file may be chosen by
/// strangers, and a change that was answered must not be forgotten.
///
/// # Errors
/// If it cannot be begun.
pub fn begin(database: &Database) -> Result<WriteTransaction, redb::Error> {
    let mut write = database.begin_write()?;
    write.set_durability(Durability::Immediate)?;
    write.set_two_phase_commit(true);
    Ok(write)
}

/// Closes a database. That writes, and what cannot be written may make it panic; what was
/// committed is stored all the same.
pub fn close(database: Database) {
    drop(guarded(|| {
        drop(database);
        Ok(())
    }));
}

/// Does something with redb, which may panic on a file that is damaged.
///
/// # Errors
/// That of `work`, or that the file is damaged.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let reason = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("it makes no sense");
        Err(redb::Error::from(StorageError::Corrupted(
            reason.to_owned(),
        )))
    })
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Has the disk know the name of a new file, and those of its folders, which may be new.
fn sync_folders(path: &Path) -> io::Result<()> {
    for (above, folder) in path.ancestors().skip(1).take(FOLDERS).enumerate() {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        match File::open(folder).and_then(|folder| folder.sync_all()) {
            // It was there before: one that was made here can be read.
            Err(error) if above > 0 && error.kind() == io::ErrorKind::PermissionDenied => break,
            synced => synced?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
