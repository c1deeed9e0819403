//! Who compiles a component for all: of several processes that share a cache and want the
//! same one, the first compiles it, and the others wait for that.
//!
//! The claim is a lock of the kernel (`flock`), so it is free when the process that held it
//! has ended, however it ended. Whoever waits too long compiles by himself: a claim saves
//! work, and nothing depends on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use stormcell_private_files as private_files;

/// The right to compile one component, until this is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    /// Closing it gives the lock up.
    _lock: File,
}

impl Claim {
    /// The claim of this file, if nobody has it.
    pub(super) fn attempt(path: &Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = private_files::open(&options, path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
