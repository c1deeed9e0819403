//! What the API needs of a supervisor.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{
    ComponentSignature, Deploy, KeptState, Kill, Killed, Problem, Rollback, Signed, Submit,
    Submitted, TopologyDetail, TopologySummary,
};
use stormcell_protocol::record::Deployment;
use tokio::io::AsyncRead;

use crate::Supervisor;

/// A component file on its way in.
pub type ComponentBody = Box<dyn AsyncRead + Send + Unpin>;

/// What the API needs of a supervisor. The methods are those of [`Supervisor`], which
/// documents them; it is a trait so that the API is tested against every answer.
pub trait Backend: Send + Sync + 'static {
    /// Starts a topology.
    fn submit(self: Arc<Self>, submit: Submit) -> BoxFuture<'static, Result<Submitted, Problem>>;

    /// All topologies, by name.
    fn list(self: Arc<Self>) -> BoxFuture<'static, Vec<TopologySummary>>;

    /// One topology.
    fn detail(self: Arc<Self>, name: String)
    -> BoxFuture<'static, Result<TopologyDetail, Problem>>;

    /// Has a topology do something.
    fn command(
        self: Arc<Self>,
        name: String,
        command: Command,
    ) -> BoxFuture<'static, Result<Answer, Problem>>;

    /// Drains and removes a topology.
    fn kill(
        self: Arc<Self>,
        name: String,
        kill: Kill,
    ) -> BoxFuture<'static, Result<Killed, Problem>>;

    /// Removes what the tasks of a topology kept that there is no more.
    fn remove_state(
        self: Arc<Self>,
        name: String,
    ) -> BoxFuture<'static, Result<KeptState, Problem>>;

    /// Whether dead letters can be replayed.
    fn may_replay(self: Arc<Self>, name: String) -> BoxFuture<'static, Result<(), Problem>>;

    /// Dead letters were asked for.
    fn letters_asked(&self, name: &str);

    /// Swaps a component file.
    fn deploy(
        self: Arc<Self>,
        name: String,
        deploy: Deploy,
    ) -> BoxFuture<'static, Result<Deployment, Problem>>;

    /// Goes back to the component file before.
    fn rollback(
        self: Arc<Self>,
        name: String,
        rollback: Rollback,
    ) -> BoxFuture<'static, Result<Deployment, Problem>>;

    /// Keeps a component file. Need not read the body to its end.
    fn put_component<'a>(
        &'a self,
        digest: &'a str,
        body: &'a mut ComponentBody,
    ) -> BoxFuture<'a, Result<bool, Problem>>;

    /// Keeps a signature of a component file.
    fn put_signature<'a>(
        &'a self,
        digest: &'a str,
        signature: ComponentSignature,
    ) -> BoxFuture<'a, Result<Signed, Problem>>;

    /// Bytes that a component file may have.
    fn component_size(&self) -> u64;

    /// Whether there is a component file.
    fn has_component<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, Result<bool, Problem>>;
}

impl Backend for Supervisor {
    fn submit(self: Arc<Self>, submit: Submit) -> BoxFuture<'static, Result<Submitted, Problem>> {
        Box::pin(async move { Self::submit(&self, submit).await })
    }

    fn list(self: Arc<Self>) -> BoxFuture<'static, Vec<TopologySummary>> {
        Box::pin(async move { Self::list(&self).await })
    }

    fn detail(
        self: Arc<Self>,
        name: String,
    ) -> BoxFuture<'static, Result<TopologyDetail, Problem>> {
        Box::pin(async move { Self::detail(&self, &name).await })
    }

    fn command(
        self: Arc<Self>,
        name: String,
        command: Command,
    ) -> BoxFuture<'static, Result<Answer, Problem>> {
        Box::pin(async move { Self::command(&self, &name, command).await })
    }

    fn kill(
        self: Arc<Self>,
        name: String,
        kill: Kill,
    ) -> BoxFuture<'static, Result<Killed, Problem>> {
        Box::pin(async move { Self::kill(&self, &name, kill).await })
    }

    fn remove_state(
        self: Arc<Self>,
        name: String,
    ) -> BoxFuture<'static, Result<KeptState, Problem>> {
        Box::pin(async move { Self::remove_state(&self, &name).await })
    }

    fn may_replay(self: Arc<Self>, name: String) -> BoxFuture<'static, Result<(), Problem>> {
        Box::pin(async move { Self::may_replay(&self, &name).await })
    }

    fn letters_asked(&self, name: &str) {
        Self::letters_asked(self, name);
    }

    fn deploy(
        self: Arc<Self>,
        name: String,
        deploy: Deploy,
    ) -> BoxFuture<'static, Result<Deployment, Problem>> {
        Box::pin(async move { Self::deploy(&self, &name, deploy).await })
    }

    fn rollback(
        self: Arc<Self>,
        name: String,
        rollback: Rollback,
    ) -> BoxFuture<'static, Result<Deployment, Problem>> {
        Box::pin(async move { Self::rollback(&self, &name, rollback).await })
    }

    fn put_component<'a>(
        &'a self,
        digest: &'a str,
        body: &'a mut ComponentBody,
    ) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(Self::put_component(self, digest, body))
    }

    fn put_signature<'a>(
        &'a self,
        digest: &'a str,
        signature: ComponentSignature,
    ) -> BoxFuture<'a, Result<Signed, Problem>> {
        Box::pin(Self::put_signature(self, digest, signature))
    }

    fn component_size(&self) -> u64 {
        Self::component_size(self)
    }

    fn has_component<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(Self::has_component(self, digest))
    }
}
