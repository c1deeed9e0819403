//! A machine: a data folder, a network, and processes that outlive supervisors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use stormcell_build::{BuildEnv, Builder, Cancel, Silent, state_dir};
use stormcell_links::{Address, MemoryNetwork};
use stormcell_protocol::DataDir;
use stormcell_protocol::api::{Status, Submit, TopologySummary};
use stormcell_sandbox::{Sandbox, SandboxConfig, Secrets};

use super::workers::InMemory;
use crate::fixtures::FILE;
use crate::{StartError, Supervisor, SupervisorConfig};

/// What is waited for happens within this time, or never.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Machine {
    _temp: tempfile::TempDir,
    pub(super) data: DataDir,
    pub(super) network: MemoryNetwork,
    pub(super) processes: Arc<InMemory>,
}

impl Machine {
    pub(super) fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let network = MemoryNetwork::new();
        Self {
            data: DataDir::new(temp.path().join("data")),
            _temp: temp,
            processes: InMemory::new(network.clone()),
            network,
        }
    }

    pub(super) fn config(&self) -> SupervisorConfig {
        SupervisorConfig::new(
            self.data.clone(),
            Arc::new(self.network.at(Address::Supervisor)),
            Arc::<InMemory>::clone(&self.processes),
            sandbox().clone(),
        )
    }

    pub(super) async fn try_start(&self) -> Result<Supervisor, StartError> {
        start(self.config()).await
    }

    /// A supervisor whose workers have so many bytes for their tasks.
    pub(super) async fn start_with_memory(&self, worker_memory: u64) -> Supervisor {
        let config = SupervisorConfig {
            worker_memory,
            ..self.config()
        };
        start(config).await.unwrap()
    }

    /// A supervisor with these secrets.
    pub(super) async fn start_with_secrets(&self, names: &[&str]) -> Supervisor {
        let texts = names
            .iter()
            .map(|&name| (name.to_owned(), "text".to_owned()));
        let config = SupervisorConfig {
            secrets: Secrets::given(texts.collect()),
            ..self.config()
        };
        start(config).await.unwrap()
    }

    pub(super) async fn start(&self) -> Supervisor {
        self.try_start().await.unwrap()
    }

    /// A supervisor with a topology of two workers that work.
    pub(super) async fn with_topology(&self, name: &str) -> Supervisor {
        let supervisor = self.start().await;
        upload(&supervisor).await;
        supervisor.submit(submit(name)).await.unwrap();
        is_active(&supervisor, name).await;
        supervisor
    }
}

async fn start(config: SupervisorConfig) -> Result<Supervisor, StartError> {
    Supervisor::start_at(config, || Duration::from_secs(1_700_000_000)).await
}

/// What is submitted to start a topology of two workers.
pub(super) fn submit(name: &str) -> Submit {
    Submit {
        file: FILE.to_owned(),
        file_name: "topology.yaml".to_owned(),
        base_dir: "/".into(),
        components: files()
            .iter()
            .map(|(name, (digest, _))| (format!("{name}.wasm"), digest.clone()))
            .collect(),
        workers: 2,
        name: Some(name.to_owned()),
        message_timeout_ms: None,
        max_pending: None,
        inactive: false,
    }
}

pub(super) async fn upload(supervisor: &Supervisor) {
    for (digest, path) in files().values() {
        let file = tokio::fs::File::open(path).await.unwrap();
        supervisor.put_component(digest, file).await.unwrap();
    }
}

pub(super) async fn summary(supervisor: &Supervisor, name: &str) -> TopologySummary {
    supervisor.detail(name).await.unwrap().summary
}

/// Waits until a topology runs with all its workers.
pub(super) async fn is_active(supervisor: &Supervisor, name: &str) {
    until(async || {
        let summary = summary(supervisor, name).await;
        summary.status == Status::Active && summary.workers.up == summary.workers.planned
    })
    .await;
}

pub(super) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.expect("it happens in time");
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn env() -> BuildEnv {
    BuildEnv::open(&state_dir(&workspace()), Cancel::default()).unwrap()
}

/// The components `source` and `print` of the whole-program tests, built once: digest
/// and file.
pub(super) fn files() -> &'static BTreeMap<&'static str, (String, PathBuf)> {
    static FILES: OnceLock<BTreeMap<&str, (String, PathBuf)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let names = ["source", "print"];
        let sources = names.map(|name| workspace().join("tests/guests").join(name));
        let built = Builder::new(env()).build_all(&sources, &Silent);
        let files = built.into_iter().map(|built| {
            let file = built.unwrap().component;
            (crate::components::digest_of(&file), file)
        });
        names.into_iter().zip(files).collect()
    })
}

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::new(SandboxConfig {
            cache_dir: Some(env().cache_dir()),
            simulated: true,
            ..SandboxConfig::default()
        })
        .unwrap()
    })
}
