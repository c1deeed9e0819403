//! Why a store cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// Why a store cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What the file holds is not what was written to it.
    #[error(
        "the dead letters in {} are damaged: {reason}. The file was not changed: restore it from \
         a backup, or move it away",
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
        "the dead letters in {} have format {format}, and this version reads format {known}: use \
         the version of stormcell that wrote them, or move the file away",
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
    /// A letter that no store of these bounds could hold.
    #[error("a dead letter of {bytes} bytes is too large: all of them may take {most} bytes")]
    TooLarge {
        /// How many bytes it takes.
        bytes: u64,
        /// How many all letters may take.
        most: u64,
    },
    /// It cannot be read or written.
    #[error("cannot use the dead letters in {}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's reason and what to do.
        reason: String,
    },
}

impl StoreError {
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
                format!("no room to write ({error}); nothing was changed: make room and try again")
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
            redb::Error::DatabaseAlreadyOpen => Self::Io {
                path: path.to_owned(),
                reason: "another process keeps it open; a process that is stopped (SIGSTOP) does"
                    .to_owned(),
            },
            error => Self::damaged(path, error.to_string()),
        }
    }
}
