//! The supervisor, as the HTTP API and the command line use it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::Mutex;
use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::DataDir;
use stormcell_protocol::api::{
    ComponentSignature, Deploy, KeptState, Kill, Killed, Problem, Rollback, Signed, Submit,
    Submitted, TopologyDetail, TopologySummary,
};
use stormcell_protocol::record::Deployment;
use stormcell_signatures::Signature;
use stormcell_topology::check_name;
use tokio::io::AsyncRead;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::components::Digest;
use crate::config::{StartError, SupervisorConfig, unix_time};
use crate::context::Context;
use crate::data::DataFolder;
use crate::start::Opened;
use crate::topology::{TopologyHandle, shown};
use crate::{control, deploy, problem, secrets, start, state, submit};

/// After the time that rows have to settle, a topology may take this long to end its
/// workers.
const ENDING: Duration = Duration::from_secs(30);
/// Processes that are killed are gone within this time.
const GONE: Duration = Duration::from_secs(5);

/// The supervisor of one data folder. Cheap to clone; all clones are the same one. When
/// the last is dropped, it ends as if it were killed: workers go on.
///
/// Its methods are run by tokio, with I/O and time enabled.
#[derive(Clone)]
pub struct Supervisor {
    shared: Arc<Shared>,
}

struct Shared {
    context: Arc<Context>,
    keep_workers: bool,
    control: Mutex<Option<JoinHandle<()>>>,
}

impl Supervisor {
    /// Starts to serve a data folder: takes over what an earlier supervisor left, and
    /// starts what does not run.
    ///
    /// # Errors
    /// If the folder or the store in it cannot be used; see [`StartError`].
    pub async fn start(config: SupervisorConfig) -> Result<Self, StartError> {
        Self::start_at(config, unix_time).await
    }

    /// The same in a data folder that was opened before, as to know early whether it can
    /// be. It takes the place of [`SupervisorConfig::data`].
    ///
    /// # Errors
    /// If what is in the folder cannot be used; see [`StartError`].
    pub async fn start_in(
        folder: DataFolder,
        mut config: SupervisorConfig,
    ) -> Result<Self, StartError> {
        config.data = folder.data().clone();
        let opened = start::open_in(folder, &config).await?;
        Self::of(opened, config, unix_time).await
    }

    /// [`Supervisor::start`] with another time of day, since 1970, for simulations: it is written down
    /// for people, and never read to decide anything.
    ///
    /// # Errors
    /// As for [`Supervisor::start`].
    pub async fn start_at(
        config: SupervisorConfig,
        unix: fn() -> Duration,
    ) -> Result<Self, StartError> {
        let opened = start::open(&config).await?;
        Self::of(opened, config, unix).await
    }

    /// The supervisor of a folder that was opened.
    pub(crate) async fn of(
        opened: Opened,
        config: SupervisorConfig,
        unix: fn() -> Duration,
    ) -> Result<Self, StartError> {
        let keep_workers = config.keep_workers;
        let (context, listener) = start::start(opened, config, unix).await?;
        let topologies = Arc::clone(&context.topologies);
        let control = tokio::spawn(control::serve(listener, topologies));
        Ok(Self {
            shared: Arc::new(Shared {
                context,
                keep_workers,
                control: Mutex::new(Some(control)),
            }),
        })
    }

    /// The data folder.
    pub fn data(&self) -> &DataDir {
        &self.shared.context.data
    }

    /// Starts a topology. It is stored when this returns.
    ///
    /// # Errors
    /// `exists`, `invalid` (with diagnostics if the file has mistakes), `conflict`,
    /// `missing-secrets`, `storage`.
    pub async fn submit(&self, submit: Submit) -> Result<Submitted, Problem> {
        submit::submit(&self.shared.context, submit).await
    }

    /// All topologies, by name.
    pub async fn list(&self) -> Vec<TopologySummary> {
        let all = self.shared.context.topologies.all();
        let summaries = join_all(all.iter().map(|topology| topology.summary())).await;
        // One that has gone meanwhile is not listed.
        let mut summaries: Vec<_> = summaries.into_iter().flatten().collect();
        let preparing = self.shared.context.topologies.preparing();
        for (name, preparing) in preparing {
            // It may have been added since.
            if !summaries.iter().any(|summary| summary.name == name) {
                summaries.push(shown::preparing(&name, preparing));
            }
        }
        summaries.sort_by(|one, other| one.name.cmp(&other.name));
        summaries
    }

    /// One topology.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn detail(&self, name: &str) -> Result<TopologyDetail, Problem> {
        let context = &self.shared.context;
        if let Some(preparing) = context.topologies.preparing().remove(name) {
            return Ok(shown::detail_of(shown::preparing(name, preparing)));
        }
        let mut detail = self.topology(name)?.detail().await?;
        let digests: BTreeSet<&str> = detail.tasks.iter().map(|it| it.digest.as_str()).collect();
        for digest in digests {
            let Ok(digest) = Digest::parse(digest) else {
                continue;
            };
            if let Some(signer) = self.shared.context.components.signer(&digest).await {
                detail
                    .signers
                    .insert(digest.to_string(), signer.to_string());
            }
        }
        Ok(detail)
    }

    /// Has a topology do something. A rebalance is refused if secrets are not there that the
    /// topology refers to. For deployments, use [`Supervisor::deploy`] and
    /// [`Supervisor::rollback`], which make the commands.
    ///
    /// # Errors
    /// `not-found`, and what the command itself may fail with.
    pub async fn command(&self, name: &str, command: Command) -> Result<Answer, Problem> {
        let topology = self.topology(name)?;
        if let Command::Rebalance(_) = &command {
            // It starts workers, or has those that run make instances that they did not have.
            secrets::check(&self.shared.context, &topology.view().await?.topology).await?;
        }
        topology.command(command).await
    }

    /// Has a topology drained and removed, and says what becomes of what its tasks keep.
    ///
    /// # Errors
    /// `not-found`, `conflict` if it is about to be gone, `storage`.
    pub async fn kill(&self, name: &str, kill: Kill) -> Result<Killed, Problem> {
        let handle = self.topology(name)?;
        // Soon it may be gone.
        let folder = state::folder(self.data(), name).await;
        let answer = handle.command(Command::Kill(kill)).await?;
        let Answer::Topology(topology) = answer else {
            return Err(problem::internal("a kill was answered with something else"));
        };
        let removed = kill.remove_state
            // It may have been killed before.
            || handle.view().await.is_ok_and(|view| view.record.remove_state);
        Ok(Killed {
            topology: *topology,
            state: folder.map(|folder| KeptState { folder, removed }),
        })
    }

    /// Removes what the tasks of a topology kept that there is no more.
    ///
    /// # Errors
    /// `conflict` if there is a topology of this name; `not-found` if nothing was kept;
    /// `storage` if it cannot be removed: then all of it is there, or nothing.
    pub async fn remove_state(&self, name: &str) -> Result<KeptState, Problem> {
        let context = &self.shared.context;
        // The name becomes part of a path.
        check_name(name).map_err(|_| context.no_topology(name))?;
        state::remove_left(context, name).await
    }

    /// Swaps the component file of one spout or bolt, after it was loaded, described and
    /// checked against the topology.
    ///
    /// # Errors
    /// `not-found`, `invalid` (with diagnostics if it does not fit), `busy`, `conflict`,
    /// `storage`.
    pub async fn deploy(&self, name: &str, deploy: Deploy) -> Result<Deployment, Problem> {
        let topology = self.topology(name)?;
        deploy::deploy(&self.shared.context, &topology, deploy).await
    }

    /// Goes back to what a component ran before its last deployment.
    ///
    /// # Errors
    /// As for [`Supervisor::deploy`].
    pub async fn rollback(&self, name: &str, rollback: Rollback) -> Result<Deployment, Problem> {
        let topology = self.topology(name)?;
        deploy::rollback(&self.shared.context, &topology, rollback).await
    }

    /// Keeps a component file: `digest` is `sha256:` and the 64 hexadecimal digits of
    /// what `body` holds. Returns whether it is new; a file that is there already is
    /// not read. Topologies that wait for it go on.
    ///
    /// # Errors
    /// `invalid` if the digest is not that of the body, or the body breaks off;
    /// `too-large` if it has more bytes than a component file may have; `storage` if it
    /// cannot be written.
    pub async fn put_component(
        &self,
        digest: &str,
        body: impl AsyncRead + Send + Unpin,
    ) -> Result<bool, Problem> {
        let digest = Digest::parse(digest)?;
        let context = &self.shared.context;
        let is_new = context.components.put(&digest, body).await?;
        if is_new {
            for topology in context.topologies.all() {
                topology.retry();
            }
        }
        Ok(is_new)
    }

    /// Keeps a signature of a component file, if a trusted key made it.
    ///
    /// # Errors
    /// `invalid` if that is not a digest; `unsigned` if the signature is wrong, or
    /// signatures are asked for and the key is not trusted; `storage` if it cannot be
    /// written.
    pub async fn put_signature(
        &self,
        digest: &str,
        signature: ComponentSignature,
    ) -> Result<Signed, Problem> {
        let digest = Digest::parse(digest)?;
        let components = &self.shared.context.components;
        let signature = Signature::of(&signature.key, &signature.signature);
        let signer = components.put_signature(&digest, &signature).await?;
        Ok(Signed {
            digest: digest.to_string(),
            signer: signer.map(|signer| signer.to_string()),
        })
    }

    /// Bytes that a component file may have.
    pub fn component_size(&self) -> u64 {
        self.shared.context.components.size_limit()
    }

    /// Whether there is a component file with this digest, unaltered.
    ///
    /// # Errors
    /// `invalid` if it is not a digest, `storage` if the file cannot be read.
    pub async fn has_component(&self, digest: &str) -> Result<bool, Problem> {
        let digest = Digest::parse(digest)?;
        self.shared.context.components.has(&digest).await
    }

    /// Ends the supervisor: every topology is drained for as long as `wait`, and its
    /// workers end, to be started again by a later supervisor. With
    /// [`SupervisorConfig::keep_workers`] nothing is drained and the workers go on.
    ///
    /// When this returns, another supervisor can serve the folder.
    pub async fn shutdown(&self, wait: Duration) {
        let topologies = &self.shared.context.topologies;
        topologies.close();
        if !self.shared.keep_workers {
            let all = topologies.all();
            join_all(all.iter().map(|topology| suspend(topology, wait))).await;
        }
        self.halt().await;
    }

    /// Ends the supervisor as if its process were killed: workers go on, and what has
    /// begun is finished by a later supervisor.
    ///
    /// When this returns, another supervisor can serve the folder.
    pub async fn halt(&self) {
        let context = &self.shared.context;
        context.topologies.close();
        let control = self.shared.control.lock().take();
        if let Some(control) = control {
            control.abort();
            // An error says that it was ended.
            let _ = control.await;
        }
        for topology in context.topologies.take_all() {
            topology.stop().await;
        }
        context.close().await;
    }

    fn topology(&self, name: &str) -> Result<Arc<TopologyHandle>, Problem> {
        let context = &self.shared.context;
        let found = context.topologies.get(name);
        found.ok_or_else(|| match context.topologies.preparing().remove(name) {
            Some(preparing) => problem::conflict(format!(
                "`{name}` is being submitted ({}); try again when it is there",
                preparing.doing
            )),
            None => context.no_topology(name),
        })
    }
}

/// Ends the workers of a topology: in an orderly way, or else at once.
async fn suspend(topology: &TopologyHandle, wait: Duration) {
    let suspended = topology.command(Command::Suspend { wait });
    let problem = match timeout(wait.saturating_add(ENDING), suspended).await {
        Ok(Ok(_)) => return,
        Ok(Err(problem)) => problem.message,
        Err(_) => format!("they did not end within {ENDING:?} after that wait"),
    };
    let name = topology.name();
    tracing::warn!(topology = name, "its workers are ended at once: {problem}");
    if timeout(GONE, topology.end_workers()).await.is_err() {
        tracing::warn!(
            topology = name,
            "its workers may still run, until the next supervisor takes them over"
        );
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(control) = self.control.lock().take() {
            control.abort();
        }
        // Their tasks end with them.
        self.context.topologies.take_all();
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("data", self.data())
            .finish_non_exhaustive()
    }
}
