//! Why a file cannot be used.

use std::io;

/// Why a file cannot be used. Whoever uses it says which file, and what is lost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// What it holds is not what was written to it.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// A later version wrote it.
    #[error("it has format {format}, and this version reads format {known}")]
    Newer {
        /// Its format.
        format: u64,
        /// The format that is known.
        known: u64,
    },
    /// It cannot be read or written: the reason of the operating system, and what to do.
    #[error("{0}")]
    Io(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => {
                format!("no room to write ({error}); nothing was changed: make room and try again")
            }
            _ => error.to_string(),
        })
    }
}

impl From<redb::Error> for Fault {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                Self::Damaged(error.to_string())
            }
            redb::Error::Io(error) => error.into(),
            // After a failed write the database wants to be opened again.
            redb::Error::PreviousIo => Self::Io("an earlier write failed".to_owned()),
            redb::Error::DatabaseAlreadyOpen => Self::Io(
                "another process keeps it open; a process that is stopped (SIGSTOP) does"
                    .to_owned(),
            ),
            error => Self::Damaged(error.to_string()),
        }
    }
}
