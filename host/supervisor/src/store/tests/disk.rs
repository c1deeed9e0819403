//! A disk that is full, fails, or loses what was not synced.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::{Database, StorageBackend};

use super::super::{LAYOUT, Store, tables};

/// What was done to a disk.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Write(usize, Vec<u8>),
    Length(usize),
    Sync,
}

/// A disk in memory. All clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    log: Vec<Operation>,
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
        disk.0.lock().log.clear();
        disk
    }

    pub(crate) fn store(&self) -> Store {
        let disk = self.clone();
        Store::with("store.redb".as_ref(), Box::new(move || Ok(disk.open()?))).unwrap()
    }

    fn open(&self) -> Result<Database, redb::Error> {
        Ok(Database::builder().create_with_backend(self.clone())?)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().bytes.clone()
    }

    pub(crate) fn log(&self) -> Vec<Operation> {
        self.0.lock().log.clone()
    }

    /// How many operations there were.
    pub(crate) fn operations(&self) -> usize {
        self.0.lock().log.len()
    }

    /// From now on so many operations go well, and then none, until there is room.
    pub(crate) fn is_full_after(&self, operations: usize) {
        let mut state = self.0.lock();
        (state.budget, state.once) = (Some(operations), false);
    }

    /// From now on so many operations go well, and then one does not.
    pub(crate) fn fails_once_after(&self, operations: usize) {
        let mut state = self.0.lock();
        (state.budget, state.once) = (Some(operations), true);
    }

    pub(crate) fn has_room(&self) {
        self.0.lock().budget = None;
    }

    fn operate(&self, operation: Operation) -> io::Result<()> {
        let mut state = self.0.lock();
        match &mut state.budget {
            Some(0) => {
                if state.once {
                    state.budget = None;
                }
                return Err(io::ErrorKind::StorageFull.into());
            }
            Some(budget) => *budget -= 1,
            None => {}
        }
        operation.apply(&mut state.bytes);
        state.log.push(operation);
        Ok(())
    }
}

impl Operation {
    /// Does it to what a disk holds.
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, data) => bytes[*at..at + data.len()].copy_from_slice(data),
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Sync => {}
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        out.copy_from_slice(&self.0.lock().bytes[offset..offset + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.operate(Operation::Length(usize::try_from(len).unwrap()))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(Operation::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.operate(Operation::Write(offset, data.to_vec()))
    }
}
