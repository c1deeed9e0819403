//! Where things are in the data folder of a supervisor. Only names; nothing is read
//! or made here.

use std::path::{Path, PathBuf};

/// The data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The data folder at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Locked by the supervisor that serves the folder; holds its process id.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// The store of topologies.
    pub fn store(&self) -> PathBuf {
        self.0.join("store.redb")
    }

    /// The token that clients of the HTTP API must send.
    pub fn token(&self) -> PathBuf {
        self.0.join("token")
    }

    /// Where the HTTP API listens, for clients on this machine: a URL.
    pub fn url(&self) -> PathBuf {
        self.0.join("url")
    }

    /// The folder of component files.
    pub fn components(&self) -> PathBuf {
        self.0.join("components")
    }

    /// The component file with this digest (`sha256:` and 64 hexadecimal digits).
    pub fn component(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        self.components().join(format!("{hex}.wasm"))
    }

    /// The signature of the component file with this digest.
    pub fn component_signature(&self, digest: &str) -> PathBuf {
        self.component(digest).with_extension("wasm.sig")
    }

    /// What the component with this digest said of itself when it was asked first.
    pub fn description(&self, digest: &str) -> PathBuf {
        self.component(digest).with_extension("wasm.json")
    }

    /// The folder of compiled components.
    pub fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    /// The folder of local sockets.
    pub fn sockets(&self) -> PathBuf {
        self.0.join("run")
    }

    /// The folder of dead letters. Workers store them there themselves, so that they need
    /// no supervisor for it; a store outlives its topology.
    pub fn dead_letters(&self) -> PathBuf {
        self.0.join("dead-letters")
    }

    /// The folder of what tasks keep (grant `state`), by topology and component. It
    /// outlives its topologies.
    pub fn state(&self) -> PathBuf {
        self.0.join("state")
    }

    /// The folder of the folders of topologies.
    pub fn topologies(&self) -> PathBuf {
        self.0.join("topologies")
    }

    /// The folder of what belongs to the workers of a topology.
    pub fn topology(&self, topology: &str) -> PathBuf {
        self.topologies().join(topology)
    }

    /// The folder of the logs of all submissions of this name. They outlive the topology.
    pub fn all_logs(&self, topology: &str) -> PathBuf {
        self.topology(topology).join("logs")
    }

    /// The folder of the logs of one submission of this name.
    pub fn logs(&self, topology: &str, submission: u32) -> PathBuf {
        self.all_logs(topology).join(submission.to_string())
    }

    /// Locked by the worker that is alive under this number; holds a JSON object with
    /// its `pid` and `incarnation`.
    pub fn worker_lock(&self, topology: &str, worker: u32) -> PathBuf {
        self.topology(topology)
            .join(format!("worker-{worker}.lock"))
    }

    /// What a worker and its components wrote: one [`crate::api::LogLine`] a line. When
    /// it is full it is renamed to the same name with `.1`.
    pub fn worker_log(&self, topology: &str, submission: u32, worker: u32) -> PathBuf {
        self.logs(topology, submission)
            .join(format!("worker-{worker}.log"))
    }

    /// What the supervisor wrote about a topology, in the same form.
    pub fn supervisor_log(&self, topology: &str, submission: u32) -> PathBuf {
        self.logs(topology, submission).join("supervisor.log")
    }

    /// What the process of a worker wrote to standard error outside its log: panics,
    /// and why it could not start.
    pub fn worker_stderr(&self, topology: &str, worker: u32) -> PathBuf {
        self.topology(topology)
            .join(format!("worker-{worker}.stderr"))
    }
}
