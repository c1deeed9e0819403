//! The file of a store: making it, and having it for a moment alone.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use redb::{Database, Durability, StorageError, TableDefinition};

use crate::StoreError;

/// The version of the format of the file.
pub(crate) const FORMAT: u64 = 1;

/// Numbers of the store: [`FORMAT`] under `format`, and those of [`Meta`].
pub(crate) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// The letters, as JSON, by their numbers.
pub(crate) const LETTERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("letters");
/// The numbers of letters that are to be replayed.
pub(crate) const ASKED: TableDefinition<'_, u64, ()> = TableDefinition::new("asked");

/// More memory than this is not used to keep pages of the file.
const CACHE: usize = 4 << 20;
/// For how long others may keep the file. Each keeps it for milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether they still do.
const LOOK: Duration = Duration::from_millis(2);

/// Opens the file as soon as nobody else has it open.
pub(crate) fn open(path: &Path) -> Result<Database, StoreError> {
    let since = Instant::now();
    loop {
        let opened = guarded(|| Ok(Database::builder().set_cache_size(CACHE).open(path)?));
        match opened {
            Err(redb::Error::DatabaseAlreadyOpen) if since.elapsed() < PATIENCE => {
                std::thread::sleep(LOOK);
            }
            opened => return opened.map_err(|error| StoreError::redb(path, &error)),
        }
    }
}

/// Makes an empty store, and its folder, unless it is there. It is made beside its place
/// and then put there whole, so that a file in its place that is empty or cut short is
/// always damage.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::io(path, &error);
    if path.try_exists().map_err(failed)? {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let new = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(folder)
        .map_err(failed)?;
    let made = guarded(|| {
        let builder = Database::builder();
        initialise(&builder.create(new.path())?)
    });
    made.map_err(|error| StoreError::redb(path, &error))?;
    new.as_file().sync_all().map_err(failed)?;
    match new.persist_noclobber(path) {
        Ok(_) => {}
        // Another process was faster.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error.error)),
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// Makes the tables of an empty database.
pub(crate) fn initialise(database: &Database) -> Result<(), redb::Error> {
    let write = begin(database)?;
    write.open_table(META)?.insert("format", FORMAT)?;
    write.open_table(LETTERS)?;
    write.open_table(ASKED)?;
    write.commit()?;
    Ok(())
}

/// Begins a change that is durable when it is committed, and after which a process that
/// opens the file needs no repair.
pub(crate) fn begin(database: &Database) -> Result<redb::WriteTransaction, redb::Error> {
    let mut write = database.begin_write()?;
    write.set_durability(Durability::Immediate)?;
    write.set_two_phase_commit(true);
    write.set_quick_repair(true);
    Ok(write)
}

/// Does something with redb, which may panic on a file that is damaged.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
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
