//! Why a store cannot be read or written.

use std::path::{Path, PathBuf};

use stormcell_redb_file::Fault;

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
    /// What is wrong with a file.
    pub(crate) fn of(path: &Path, fault: impl Into<Fault>) -> Self {
        let path = path.to_owned();
        match fault.into() {
            Fault::Damaged(reason) => Self::Damaged { path, reason },
            Fault::Newer { format, known } => Self::Newer {
                path,
                format,
                known,
            },
            Fault::Io(reason) => Self::Io { path, reason },
        }
    }
}
