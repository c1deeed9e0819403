//! The file of the store.

use std::fs::File;
use std::io;
use std::path::Path;

use redb::{Database, Durability};

use super::{FORMAT, META, StoreError, TOPOLOGIES, failed, io_error};

/// More memory than this is not used to keep pages of the file.
const CACHE: usize = 16 << 20;

/// Opens the file, which has been examined.
pub(super) fn open(path: &Path) -> Result<Database, redb::Error> {
    Ok(Database::builder().set_cache_size(CACHE).open(path)?)
}

/// Makes an empty store: beside its place, and then put there whole, so that a file in
/// its place that is empty or cut short is always damage.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed_io = |error: io::Error| io_error(path, &error);
    let temp = tempfile::Builder::new()
        .prefix(".store-")
        .tempfile_in(folder)
        .map_err(failed_io)?;
    let database = open_new(temp.path()).map_err(|error| failed(path, &error))?;
    initialise(&database).map_err(|error| failed(path, &error))?;
    drop(database);
    temp.as_file().sync_all().map_err(failed_io)?;
    // Never in place of a file that has appeared meanwhile.
    temp.persist_noclobber(path)
        .map_err(|error| failed_io(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed_io)
}

fn open_new(path: &Path) -> Result<Database, redb::Error> {
    Ok(Database::builder().set_cache_size(CACHE).create(path)?)
}

/// Makes the tables of an empty database.
pub(super) fn initialise(database: &Database) -> Result<(), redb::Error> {
    let mut write = database.begin_write()?;
    write.set_durability(Durability::Immediate)?;
    write.set_two_phase_commit(true);
    write.open_table(META)?.insert("format", FORMAT)?;
    write.open_table(TOPOLOGIES)?;
    write.commit()?;
    Ok(())
}
