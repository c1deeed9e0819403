//! Why what a task keeps cannot be read or written.

use std::path::{Path, PathBuf};

use stormcell_redb_file::Fault;
use stormcell_topology::StateGrant;

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
    /// Its file would take more of the disk than it may.
    #[error(
        "the state in {} would take more than {most} bytes of the disk, {} times its `quota` \
         (`grants.state`) and 4 MiB. Nothing was changed: change less in one call, keep less, or \
         raise the quota",
        path.display(),
        StateGrant::ON_DISK
    )]
    Full {
        /// The file.
        path: PathBuf,
        /// Bytes that it may take.
        most: u64,
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
    /// What is wrong with a file, or a folder of files.
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
