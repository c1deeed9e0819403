//! Locks between builds, in this process and in others.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::env::create_dir;
use crate::{BuildError, Cancel};

/// Held until it is dropped or its process ends, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the lock `name`; `waiting` is called once if it is taken by another.
pub(crate) fn acquire(
    locks: &Path,
    name: &str,
    cancel: &Cancel,
    waiting: impl FnOnce(),
) -> Result<Lock, BuildError> {
    wait_for(File::try_lock, locks, name, cancel, waiting)
}

/// Takes the lock `name` together with others who take it so; waits for one who has it alone.
pub(crate) fn share(locks: &Path, name: &str, cancel: &Cancel) -> Result<Lock, BuildError> {
    wait_for(File::try_lock_shared, locks, name, cancel, || {})
}

/// Takes the lock `name` unless another has it. `None`: another has it.
pub(crate) fn try_acquire(locks: &Path, name: &str) -> Result<Option<Lock>, BuildError> {
    let (path, file) = open(locks, name)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(BuildError::io("locking", &path, error)),
    }
}

fn open(locks: &Path, name: &str) -> Result<(PathBuf, File), BuildError> {
    create_dir(locks)?;
    let path = locks.join(format!("{name}.lock"));
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    let file = stormcell_regular_file::open_with(&path, &mut options)
        .map_err(|error| BuildError::io("opening", &path, error))?;
    Ok((path, file))
}

fn wait_for(
    take: fn(&File) -> Result<(), TryLockError>,
    locks: &Path,
    name: &str,
    cancel: &Cancel,
    waiting: impl FnOnce(),
) -> Result<Lock, BuildError> {
    let (path, file) = open(locks, name)?;
    let mut waiting = Some(waiting);
    loop {
        match take(&file) {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(BuildError::io("locking", &path, error));
            }
        }
        if let Some(waiting) = waiting.take() {
            waiting();
        }
        cancel.check()?;
        // The system's blocking call could not be cancelled.
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_second_holder_waits_until_the_first_lets_go() {
        let dir = tempfile::tempdir().unwrap();
        let cancel = Cancel::default();
        let first = acquire(dir.path(), "a", &cancel, || {}).unwrap();
        let mut told = false;
        let mut first = Some(first);
        acquire(dir.path(), "a", &cancel, || {
            told = true;
            first.take();
        })
        .unwrap();
        assert!(told);
    }

    #[test]
    fn another_name_is_another_lock() {
        let dir = tempfile::tempdir().unwrap();
        let cancel = Cancel::default();
        let _first = acquire(dir.path(), "a", &cancel, || {}).unwrap();
        acquire(dir.path(), "b", &cancel, || panic!("must not wait")).unwrap();
    }

    #[test]
    fn waiting_can_be_cancelled() {
        let dir = tempfile::tempdir().unwrap();
        let cancel = Cancel::default();
        let _first = acquire(dir.path(), "a", &cancel, || {}).unwrap();
        let error = acquire(dir.path(), "a", &cancel, || cancel.cancel()).unwrap_err();
        assert!(matches!(error, BuildError::Cancelled));
    }

    #[test]
    fn many_share_a_lock_that_one_alone_is_not_given_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let cancel = Cancel::default();
        let shared = [(); 2].map(|()| share(dir.path(), "a", &cancel).unwrap());
        assert!(try_acquire(dir.path(), "a").unwrap().is_none());
        drop(shared);
        let alone = try_acquire(dir.path(), "a").unwrap();
        assert!(alone.is_some());
        cancel.cancel();
        let error = share(dir.path(), "a", &cancel).unwrap_err();
        assert!(matches!(error, BuildError::Cancelled));
    }
}
