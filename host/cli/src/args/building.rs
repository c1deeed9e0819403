//! Whether source folders are built.

use clap::Args;

/// An option of every command that builds source folders.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Building {
    /// Build nothing: use what was built and is up to date
    ///
    /// Building a source folder runs code of its author (build scripts, what cargo, npm
    /// and pip install) as you. With this, none is run: a folder that was not built, or
    /// has changed since, is an error.
    #[arg(long)]
    pub(crate) no_build: bool,
}
