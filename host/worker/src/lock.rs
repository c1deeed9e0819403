//! The lock of a worker: at most one incarnation of a worker is alive at a time.
//!
//! Whatever a supervisor believes, an incarnation that does not hold the lock runs
//! nothing. The kernel gives a lock up when its process ends, however it ends, and
//! not before: a process that is stopped still holds it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

/// How long an earlier incarnation may take to end.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the lock is tried in that time.
const INTERVAL: Duration = Duration::from_millis(50);
/// More than this is not read of a lock file, whoever wrote it.
const MAX_CONTENT: u64 = 4096;

/// What a lock file says of the process that holds it: JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Which run of the worker it is.
    pub incarnation: u32,
}

/// The lock of a worker, held until it is dropped or its process ends.
#[derive(Debug)]
pub struct Lock {
    /// Closing it gives the lock up.
    _file: File,
}

/// Why a worker does not hold its lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// An earlier incarnation is alive.
    #[error(
        "{} is still held after {seconds} s by {}: two incarnations of a worker must not run \
         at the same time; end that process",
        path.display(),
        name(*.holder)
    )]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, if the file says so.
        holder: Option<Holder>,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The file cannot be made, locked or written.
    #[error(
        "cannot lock {}: {source}; the data folder must be writable, on a file system of this \
         machine",
        path.display()
    )]
    File {
        /// The lock file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}

fn name(holder: Option<Holder>) -> String {
    match holder {
        Some(holder) => format!("process {}, incarnation {}", holder.pid, holder.incarnation),
        None => "a process that has not said its name".to_owned(),
    }
}

impl Lock {
    /// Takes the lock in this file, which is made if it is missing, and writes this
    /// process and `incarnation` into it. Waits at most ten seconds for an earlier
    /// incarnation to end.
    ///
    /// # Errors
    /// If another process holds it all that time, or the file cannot be used.
    pub async fn take(path: &Path, incarnation: u32) -> Result<Self, LockError> {
        let failed = |source| LockError::File {
            path: path.to_owned(),
            source,
        };
        let mut file = open(path).map_err(failed)?;
        let mut waited = Duration::ZERO;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK) if waited < PATIENCE => {
                    tokio::time::sleep(INTERVAL).await;
                    waited += INTERVAL;
                }
                Err(Errno::WOULDBLOCK) => {
                    return Err(LockError::Held {
                        path: path.to_owned(),
                        holder: read(&mut file),
                        seconds: PATIENCE.as_secs(),
                    });
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(failed(errno.into())),
            }
        }
        let holder = Holder {
            pid: std::process::id(),
            incarnation,
        };
        write(&mut file, holder).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// Opens the file without changing it: what it says is its holder's.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    stormcell_regular_file::open_with(path, &mut options)
}

fn read(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(MAX_CONTENT).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write(file: &mut File, holder: Holder) -> io::Result<()> {
    let text = serde_json::to_vec(&holder)?;
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(&text)
}

#[cfg(test)]
mod tests;
