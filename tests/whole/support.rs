//! What all modules share: where things are, and components built once.

use std::path::PathBuf;

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
