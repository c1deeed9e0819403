//! The supervisor, as the HTTP API and the command line use it.

use std::sync::Arc;
use std::time::Duration;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::DataDir;
use stormcell_protocol::api::{
    Deploy, Problem, Rollback, Submit, Submitted, TopologyDetail, TopologySummary,
};
use stormcell_protocol::record::Deployment;
use tokio::io::AsyncRead;

use crate::config::{StartError, SupervisorConfig};
use crate::problem;

/// The supervisor of one data folder. Cheap to clone; all clones are the same one.
///
/// Its methods are run by tokio, with I/O and time enabled.
#[derive(Clone)]
pub struct Supervisor {
    shared: Arc<Shared>,
}

struct Shared {
    config: SupervisorConfig,
}

impl Supervisor {
    /// Starts to serve a data folder: takes over what an earlier supervisor left, and
    /// starts what does not run.
    ///
    /// # Errors
    /// If the folder or the store in it cannot be used; see [`StartError`].
    pub async fn start(config: SupervisorConfig) -> Result<Self, StartError> {
        Ok(Self {
            shared: Arc::new(Shared { config }),
        })
    }

    /// The data folder.
    pub fn data(&self) -> &DataDir {
        &self.shared.config.data
    }

    /// Starts a topology. It is stored when this returns.
    ///
    /// # Errors
    /// `exists`, `invalid` (with diagnostics if the file has mistakes), `conflict`, `storage`.
    pub async fn submit(&self, submit: Submit) -> Result<Submitted, Problem> {
        Err(problem::no_topology(&submit.file_name))
    }

    /// All topologies, by name.
    pub async fn list(&self) -> Vec<TopologySummary> {
        Vec::new()
    }

    /// One topology.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn detail(&self, name: &str) -> Result<TopologyDetail, Problem> {
        Err(problem::no_topology(name))
    }

    /// Has a topology do something. For deployments, use [`Supervisor::deploy`] and
    /// [`Supervisor::rollback`], which make the commands.
    ///
    /// # Errors
    /// `not-found`, and what the command itself may fail with.
    pub async fn command(&self, name: &str, _command: Command) -> Result<Answer, Problem> {
        Err(problem::no_topology(name))
    }

    /// Swaps the component file of one spout or bolt, after it was loaded, described and
    /// checked against the topology.
    ///
    /// # Errors
    /// `not-found`, `invalid` (with diagnostics if it does not fit), `busy`, `conflict`,
    /// `storage`.
    pub async fn deploy(&self, name: &str, _deploy: Deploy) -> Result<Deployment, Problem> {
        Err(problem::no_topology(name))
    }

    /// Goes back to what a component ran before its last deployment.
    ///
    /// # Errors
    /// As for [`Supervisor::deploy`].
    pub async fn rollback(&self, name: &str, _rollback: Rollback) -> Result<Deployment, Problem> {
        Err(problem::no_topology(name))
    }

    /// Keeps a component file: `digest` is `sha256:` and the 64 hexadecimal digits of
    /// what `body` holds. Returns whether it is new; a file that is there already is
    /// not read. Topologies that wait for it go on.
    ///
    /// # Errors
    /// `invalid` if the digest is not that of the body, or the body is too large or breaks
    /// off; `storage` if it cannot be written.
    pub async fn put_component(
        &self,
        digest: &str,
        _body: impl AsyncRead + Send + Unpin,
    ) -> Result<bool, Problem> {
        Err(problem::not_found(digest))
    }

    /// Whether there is a component file with this digest.
    ///
    /// # Errors
    /// `invalid` if it is not a digest.
    pub async fn has_component(&self, digest: &str) -> Result<bool, Problem> {
        Err(problem::not_found(digest))
    }

    /// Ends the supervisor: every topology is drained for as long as `wait`, and its
    /// workers end, to be started again by a later supervisor. With
    /// [`SupervisorConfig::keep_workers`] nothing is drained and the workers go on.
    pub async fn shutdown(&self, _wait: Duration) {}
}
