//! Why what a task keeps cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// Why what a task keeps cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// What the file holds is not what was written to it.
    #[error(
        "the state in {} is damaged: {reason}. The file was not changed: restore it from a \
         backup, or move it away, and the task begins without state",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A later version wrote the file.
    #[error(
        "the state in {} has format {format}, and this version reads format {known}: use the \
         version of stormcell that wrote it, or move the file away",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u64,
        /// The format that is known.
        known: u64,
    },
    /// The values are those of a task among another number of tasks.
    #[error(
        "the state in {} was kept by one of {kept} task{} of its component, which now has {now}: \
         other tasks would get the rows of its keys. Go back to `parallelism: {kept}`, use \
         another name for the topology, or move the folder of the file away to begin without \
         state",
        path.display(),
        if *kept == 1 { "" } else { "s" }
    )]
    OtherTasks {
        /// The file.
        path: PathBuf,
        /// How many tasks there were.
        kept: u64,
        /// How many there are.
        now: u32,
    },
    /// It was not opened.
    #[error("the state in {} is not open", path.display())]
    NotOpen {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("cannot use the state in {}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason and what to do.
        reason: String,
    },
}

impl StateError {
    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => {
                format!("no room to write ({error}); nothing was changed: make room")
            }
            _ => error.to_string(),
        };
        Self::Io {
            path: path.to_owned(),
            reason,
        }
    }

    /// What an error of redb means.
    pub(crate) fn redb(path: &Path, error: &redb::Error) -> Self {
        match error {
            redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                Self::damaged(path, error.to_string())
            }
            redb::Error::Io(error) => Self::io(path, error),
            // After a failed write the database wants to be opened again.
            redb::Error::PreviousIo => Self::Io {
                path: path.to_owned(),
                reason: "an earlier write failed".to_owned(),
            },
            redb::Error::DatabaseAlreadyOpen => Self::Io {
                path: path.to_owned(),
                reason: "another process keeps it open; a process that is stopped (SIGSTOP) does"
                    .to_owned(),
            },
            error => Self::damaged(path, error.to_string()),
        }
    }
}
