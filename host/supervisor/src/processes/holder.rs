//! Who holds the lock of a worker.
//!
//! The lock itself (`flock`) says only that some process holds it; the file says which.
//! What the file says is believed only of a process that has that very file open, so a
//! process id that has been given to another process since is never taken for a worker.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::Deserialize;

/// More than this is not read of a lock file, whoever wrote it.
const MAX_CONTENT: u64 = 4096;

/// What a lock file says of the process that holds it (`stormcell_worker::Holder`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Said {
    pid: u32,
    incarnation: u32,
}

/// The process that holds a lock.
#[derive(Debug)]
pub(super) struct Holder {
    /// Its process.
    pub(super) pid: u32,
    /// Which run of the worker it is.
    pub(super) incarnation: u32,
    /// Refers to this process and never to another one.
    pub(super) handle: OwnedFd,
}

/// Who holds this lock; `None`: nobody.
pub(super) fn holder(path: &Path) -> io::Result<Option<Holder>> {
    let Some((mut file, said)) = held(path)? else {
        return Ok(None);
    };
    let unknown = |why: String| {
        let path = path.display();
        io::Error::other(format!("{path} is held, and not known by whom: {why}"))
    };
    let said = said.map_err(|error| unknown(error.to_string()))?;
    let pid = i32::try_from(said.pid)
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| unknown(format!("{} is not a process id", said.pid)))?;
    let handle = pidfd_open(pid, PidfdFlags::empty())
        .map_err(|error| unknown(format!("process {}: {error}", said.pid)))?;
    // The handle is of the holder if the process with that id has the file open now.
    if !has_open(said.pid, &file)? {
        return Err(unknown(format!(
            "process {} does not have it open",
            said.pid
        )));
    }
    match held(path)? {
        None => Ok(None),
        Some((again, Ok(now))) if now == said => {
            file = again;
            drop(file);
            Ok(Some(Holder {
                pid: said.pid,
                incarnation: said.incarnation,
                handle,
            }))
        }
        Some(_) => Err(unknown("it changed hands".to_owned())),
    }
}

/// The lock file and what it says, if the lock is held.
fn held(path: &Path) -> io::Result<Option<(File, io::Result<Said>)>> {
    let mut file = match stormcell_regular_file::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A shared lock, held for a moment: a worker that wants the lock tries again.
    match file.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let mut text = Vec::new();
    let said = (&mut file)
        .take(MAX_CONTENT)
        .read_to_end(&mut text)
        .and_then(|_| Ok(serde_json::from_slice(&text)?));
    Ok(Some((file, said)))
}

/// Whether a process has this file open.
fn has_open(pid: u32, file: &File) -> io::Result<bool> {
    let wanted = file.metadata()?;
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))? {
        // Descriptors come and go while they are listed.
        let Ok(found) = entry.and_then(|entry| std::fs::metadata(entry.path())) else {
            continue;
        };
        if (found.dev(), found.ino()) == (wanted.dev(), wanted.ino()) {
            return Ok(true);
        }
    }
    Ok(false)
}
