//! The sandbox: what all components of a process share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Component, LoadError, SandboxError};

/// How the sandbox of a process is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxConfig {
    /// The folder in which compiled components are kept, made if it is missing;
    /// `None`: they are compiled anew in each process.
    pub cache_dir: Option<PathBuf>,
    /// How many instances there may be at a time. Default 10,000.
    pub max_instances: u32,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            max_instances: 10_000,
        }
    }
}

/// The engine, its clock and the compile cache. One a process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Sandbox {}

impl Sandbox {
    /// A sandbox.
    ///
    /// # Errors
    /// If the engine does not start on this machine.
    pub fn new(config: SandboxConfig) -> Result<Self, SandboxError> {
        let _ = config;
        todo!()
    }

    /// Reads a component, checks it, and compiles it or takes it from the cache.
    ///
    /// # Errors
    /// If the file cannot be read or is not a component for this host.
    pub async fn load(&self, path: &Path) -> Result<Arc<Component>, LoadError> {
        let _ = path;
        todo!()
    }
}
