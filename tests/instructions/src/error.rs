//! Why nothing could be counted or compared.

use std::io;
use std::path::PathBuf;

/// Why a program of hot paths stops before it has compared anything.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// An argument that is not known.
    #[error("unknown argument `{0}`, expected --accept or the beginning of the name of a path")]
    Argument(String),
    /// No path with this name.
    #[error("no path `{0}` in this program")]
    NoSuchPath(String),
    /// valgrind is not there or does not start.
    #[error("cannot start valgrind: {0}; install it, on Debian: apt-get install valgrind")]
    NoValgrind(io::Error),
    /// A process under valgrind failed.
    #[error("{what} failed under valgrind ({status}):\n{output}")]
    Failed {
        /// What it did.
        what: String,
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it wrote.
        output: String,
    },
    /// Callgrind did not write what was expected.
    #[error("{path}: no count of `{name}`: the markers of its counter were not passed in order")]
    NoCount {
        /// The path.
        name: String,
        /// The file that should hold it.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The baseline is not one.
    #[error("{path}: {reason}")]
    Baseline {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Counts of this machine say nothing about the baseline's.
    #[error(
        "the baseline is for x86_64 processors with AVX2, and so are its counts; this machine \
         is {0}"
    )]
    Processor(String),
}

impl Error {
    /// A file at which something went wrong.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |error| Self::File { path, error }
    }
}
