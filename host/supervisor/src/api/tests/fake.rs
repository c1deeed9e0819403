//! A supervisor that answers as it is told and remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::TreeReport;
use stormcell_protocol::api::{
    ComponentSignature, Deploy, KeptState, Kill, Killed, PlanChange, Problem, Rollback, Signed,
    Status, Submit, Submitted, TopologyDetail, TopologySummary, WorkerCount,
};
use stormcell_protocol::capabilities::CapabilityChange;
use stormcell_protocol::record::{Deployment, DeploymentOutcome};
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;

use super::super::{Backend, ComponentBody};
use crate::problem;

pub(super) struct Fake {
    /// The topologies that there are.
    pub(super) topologies: Mutex<Vec<String>>,
    /// Which submission of its name each is, if not the first.
    submissions: Mutex<BTreeMap<String, u32>>,
    /// What everything is answered with, if set.
    pub(super) refusal: Mutex<Option<Problem>>,
    /// What was asked for.
    pub(super) asked: Mutex<Vec<String>>,
    /// Component files by digest.
    pub(super) components: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Why uploads failed.
    pub(super) broken: Mutex<Vec<String>>,
    /// Submissions wait for it after they have been noted.
    pub(super) gate: Semaphore,
    pub(super) submitted: Mutex<Vec<Submit>>,
}

impl Fake {
    pub(super) fn with(topologies: &[&str]) -> Arc<Self> {
        Arc::new(Self {
            topologies: Mutex::new(topologies.iter().map(ToString::to_string).collect()),
            submissions: Mutex::default(),
            refusal: Mutex::default(),
            asked: Mutex::default(),
            components: Mutex::default(),
            broken: Mutex::default(),
            gate: Semaphore::new(1),
            submitted: Mutex::default(),
        })
    }

    /// Adds a topology that is this submission of its name.
    pub(super) fn add(&self, name: &str, submission: u32) {
        self.submissions.lock().insert(name.to_owned(), submission);
        self.topologies.lock().push(name.to_owned());
    }

    fn summary(&self, name: &str) -> TopologySummary {
        let submission = self.submissions.lock().get(name).copied();
        TopologySummary {
            submission: submission.unwrap_or(1),
            ..summary(name)
        }
    }

    fn answer<T>(&self, asked: String, name: Option<&str>, value: T) -> Result<T, Problem> {
        self.asked.lock().push(asked);
        if let Some(refusal) = self.refusal.lock().clone() {
            return Err(refusal);
        }
        let topologies = self.topologies.lock();
        match name.filter(|name| !topologies.iter().any(|there| there == name)) {
            Some(missing) => Err(problem::no_topology(missing, [])),
            None => Ok(value),
        }
    }
}

pub(super) fn digest_of(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

pub(super) fn summary(name: &str) -> TopologySummary {
    TopologySummary {
        name: name.to_owned(),
        status: Status::Active,
        operation: None,
        workers: WorkerCount { planned: 2, up: 2 },
        tasks: 7,
        generation: 1,
        submitted_at: 1_790_000_000,
        submission: 1,
        trees: Some(TreeReport {
            emitted: 31_102,
            acked: 31_102,
            ..TreeReport::default()
        }),
        problem: None,
    }
}

fn state(name: &str) -> KeptState {
    KeptState {
        folder: format!("/data/state/{name}").into(),
        removed: true,
    }
}

fn deployment(component: String, to: String) -> Deployment {
    Deployment {
        number: 1,
        component,
        from: digest_of(b"before"),
        to,
        canary_percent: 25,
        max_error_rate: 0.01,
        watch_ms: 10_000,
        outcome: DeploymentOutcome::Watching { canary: true },
        at: 1_790_000_100,
        pauses_us: vec![840],
        capabilities: CapabilityChange::default(),
    }
}

impl Backend for Fake {
    fn submit(self: Arc<Self>, submit: Submit) -> BoxFuture<'static, Result<Submitted, Problem>> {
        Box::pin(async move {
            self.asked.lock().push("submit begins".to_owned());
            let permit = self.gate.acquire().await;
            drop(permit);
            let name = submit.name.clone().unwrap_or("word-count".to_owned());
            self.submitted.lock().push(submit);
            let submitted = Submitted {
                topology: summary(&name),
                warnings: Vec::new(),
            };
            self.answer("submit ends".to_owned(), None, submitted)
        })
    }

    fn list(self: Arc<Self>) -> BoxFuture<'static, Vec<TopologySummary>> {
        Box::pin(async move {
            let topologies = self.topologies.lock();
            topologies.iter().map(|name| self.summary(name)).collect()
        })
    }

    fn detail(
        self: Arc<Self>,
        name: String,
    ) -> BoxFuture<'static, Result<TopologyDetail, Problem>> {
        let detail = TopologyDetail {
            summary: self.summary(&name),
            workers: Vec::new(),
            tasks: Vec::new(),
            report: None,
            deployments: Vec::new(),
            graph: "flowchart LR\n".to_owned(),
            signers: BTreeMap::new(),
        };
        Box::pin(async move { self.answer(format!("detail {name}"), Some(&name), detail) })
    }

    fn command(
        self: Arc<Self>,
        name: String,
        command: Command,
    ) -> BoxFuture<'static, Result<Answer, Problem>> {
        let answer = match &command {
            Command::Rebalance(rebalance) => Answer::Plan(Box::new(PlanChange {
                from_generation: 1,
                to_generation: 2,
                workers: (2, rebalance.workers.unwrap_or(2)),
                tasks: Vec::new(),
                unchanged: 7,
                key_groups_moved: BTreeMap::new(),
                applied: !rebalance.dry_run,
            })),
            _ => Answer::Topology(Box::new(summary(&name))),
        };
        Box::pin(async move { self.answer(format!("{name}: {command:?}"), Some(&name), answer) })
    }

    fn kill(
        self: Arc<Self>,
        name: String,
        kill: Kill,
    ) -> BoxFuture<'static, Result<Killed, Problem>> {
        let killed = Killed {
            topology: summary(&name),
            state: kill.remove_state.then(|| state(&name)),
        };
        Box::pin(async move { self.answer(format!("{name}: {kill:?}"), Some(&name), killed) })
    }

    fn remove_state(
        self: Arc<Self>,
        name: String,
    ) -> BoxFuture<'static, Result<KeptState, Problem>> {
        let asked = format!("{name}: remove its state");
        Box::pin(async move { self.answer(asked, Some(&name), state(&name)) })
    }

    fn deploy(
        self: Arc<Self>,
        name: String,
        deploy: Deploy,
    ) -> BoxFuture<'static, Result<Deployment, Problem>> {
        let asked = format!("{name}: {deploy:?}");
        let deployment = deployment(deploy.component, deploy.digest);
        Box::pin(async move { self.answer(asked, Some(&name), deployment) })
    }

    fn rollback(
        self: Arc<Self>,
        name: String,
        rollback: Rollback,
    ) -> BoxFuture<'static, Result<Deployment, Problem>> {
        let asked = format!("{name}: {rollback:?}");
        let deployment = deployment(rollback.component, digest_of(b"after"));
        Box::pin(async move { self.answer(asked, Some(&name), deployment) })
    }

    fn put_signature<'a>(
        &'a self,
        digest: &'a str,
        signature: ComponentSignature,
    ) -> BoxFuture<'a, Result<Signed, Problem>> {
        let signed = Signed {
            digest: digest.to_owned(),
            signer: Some(signature.key),
        };
        Box::pin(async move { self.answer(format!("sign {digest}"), None, signed) })
    }

    fn component_size(&self) -> u64 {
        256 << 20
    }

    fn put_component<'a>(
        &'a self,
        digest: &'a str,
        body: &'a mut ComponentBody,
    ) -> BoxFuture<'a, Result<bool, Problem>> {
        Box::pin(async move {
            self.answer(format!("put {digest}"), None, ())?;
            if self.components.lock().contains_key(digest) {
                return Ok(false);
            }
            let mut bytes = Vec::new();
            if let Err(error) = body.read_to_end(&mut bytes).await {
                self.broken.lock().push(error.to_string());
                return Err(problem::invalid(error));
            }
            if digest_of(&bytes) != digest {
                return Err(problem::invalid("the digest is another"));
            }
            self.components.lock().insert(digest.to_owned(), bytes);
            Ok(true)
        })
    }

    fn has_component<'a>(&'a self, digest: &'a str) -> BoxFuture<'a, Result<bool, Problem>> {
        let has = self.components.lock().contains_key(digest);
        Box::pin(async move { self.answer(format!("has {digest}"), None, has) })
    }
}
