//! The file of a store, which each process has for a moment alone.

use std::time::Duration;

use redb::{Database, TableDefinition, WriteTransaction};
use stormcell_redb_file::Layout;

/// The letters, as JSON, by their numbers.
pub(crate) const LETTERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("letters");
/// The numbers of letters that are to be replayed.
pub(crate) const ASKED: TableDefinition<'_, u64, ()> = TableDefinition::new("asked");

/// What the files have in common. Each process keeps one for milliseconds.
pub(crate) const LAYOUT: Layout = Layout {
    format: 1,
    cache: 4 << 20,
    patience: Duration::from_secs(10),
};

/// Makes the tables of an empty store.
pub(crate) fn tables(write: &WriteTransaction) -> Result<(), redb::Error> {
    write.open_table(LETTERS)?;
    write.open_table(ASKED)?;
    Ok(())
}

/// Begins a change that is durable when it is committed, and after which a process that
/// opens the file needs no repair.
pub(crate) fn begin(database: &Database) -> Result<WriteTransaction, redb::Error> {
    let mut write = stormcell_redb_file::begin(database)?;
    write.set_quick_repair(true);
    Ok(write)
}
