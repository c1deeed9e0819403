//! Whose turn it is to replay the letters of a store.
//!
//! Two commands that run one topology at the same time would each give every letter that is
//! asked for to its task. So the first of them has the turn until it ends. The lock is the
//! kernel's (`flock`): it is free when the process has ended, however it ended. Workers of a
//! supervisor need none, since each replays the letters of its own tasks.

use std::fs::{File, OpenOptions, TryLockError};

use stormcell_private_files as private_files;

use crate::{Store, StoreError};

/// The turn to replay the letters of a store, until this is dropped.
#[derive(Debug)]
pub struct Turn {
    /// Closing it gives the lock up.
    _lock: File,
}

impl Store {
    /// Takes the turn to replay the letters of this store. `None`: another process has it.
    ///
    /// # Errors
    /// If the file of the lock, which lies beside the store, cannot be made.
    pub fn take_turn(&self) -> Result<Option<Turn>, StoreError> {
        let path = self.path().with_extension("replaying");
        let failed = |error: std::io::Error| StoreError::Io {
            path: path.clone(),
            reason: error.to_string(),
        };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = private_files::open(&options, &path).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Turn { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use stormcell_protocol::dead_letter::DeadLetter;

    use crate::Folder;

    #[test]
    fn one_has_the_turn_at_a_time_and_the_file_of_the_lock_is_no_store() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        let store = folder.store("words");
        store.add(&[DeadLetter::example()]).unwrap();
        let turn = store.take_turn().unwrap().unwrap();
        assert!(store.take_turn().unwrap().is_none());
        assert!(folder.store("other").take_turn().unwrap().is_some());
        drop(turn);
        assert!(store.take_turn().unwrap().is_some());
        assert_eq!(folder.topologies().unwrap(), ["words"]);
    }
}
