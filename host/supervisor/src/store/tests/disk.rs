//! A disk that is full, fails, or loses what was not synced.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::{Database, StorageBackend};
use stormcell_redb_file::power_cuts::RecordedDisk;

use super::super::{LAYOUT, Store, tables};

/// A disk in memory. All clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    recorded: RecordedDisk,
    faults: Arc<Mutex<Faults>>,
}

#[derive(Debug, Default)]
struct Faults {
    /// So many operations go well, and then none does.
    budget: Option<usize>,
    /// One operation fails when the budget is used up, and then all go well again.
    once: bool,
}

impl Disk {
    /// A disk with an empty store.
    pub(crate) fn new() -> Self {
        let disk = Self::default();
        let database = disk.open().unwrap();
        LAYOUT.initialise(&database, tables).unwrap();
        drop(database);
        disk.recorded.forget();
        disk
    }

    pub(crate) fn store(&self) -> Store {
        let disk = self.clone();
        Store::with("store.redb".as_ref(), Box::new(move || Ok(disk.open()?))).unwrap()
    }

    fn open(&self) -> Result<Database, redb::Error> {
        Ok(Database::builder().create_with_backend(self.clone())?)
    }

    /// What was done to it.
    pub(crate) fn recorded(&self) -> &RecordedDisk {
        &self.recorded
    }

    /// From now on so many operations go well, and then none, until there is room.
    pub(crate) fn is_full_after(&self, operations: usize) {
        let mut faults = self.faults.lock();
        (faults.budget, faults.once) = (Some(operations), false);
    }

    /// From now on so many operations go well, and then one does not.
    pub(crate) fn fails_once_after(&self, operations: usize) {
        let mut faults = self.faults.lock();
        (faults.budget, faults.once) = (Some(operations), true);
    }

    pub(crate) fn has_room(&self) {
        self.faults.lock().budget = None;
    }

    /// Whether the next operation goes well.
    fn admit(&self) -> io::Result<()> {
        let mut faults = self.faults.lock();
        match &mut faults.budget {
            Some(0) => {
                if faults.once {
                    faults.budget = None;
                }
                return Err(io::ErrorKind::StorageFull.into());
            }
            Some(budget) => *budget -= 1,
            None => {}
        }
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.recorded.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.recorded.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.admit()?;
        self.recorded.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.admit()?;
        self.recorded.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.admit()?;
        self.recorded.write(offset, data)
    }
}
