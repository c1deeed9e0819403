//! The other end of a control connection, told by the test what to say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use futures_util::StreamExt as _;
use parking_lot::Mutex;
use stormcell_acking::WorkerIncarnation;
use stormcell_build::{BuildEnv, Builder, Cancel, Silent, state_dir};
use stormcell_links::{Address, Listener, MemoryNetwork, Network, Stream};
use stormcell_protocol::control::{
    Assignment, FromWorker, Heartbeat, Hello, Reply, Request, SpoutMode, ToWorker,
};
use stormcell_protocol::record::{Module, Modules};
use stormcell_runtime::Output;
use stormcell_sandbox::{Component, LogLevel, Sandbox, SandboxConfig};
use stormcell_state::MemoryStates;
use stormcell_topology::{ComponentKey, Plan, Topology, check, parse, plan};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::codec::{FramedRead, LinesCodec};

use crate::{Ended, Library, WorkerConfig, WorkerError, run};

/// How long anything may take, by the clock of the test.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(600);

pub(super) const TOPOLOGY: &str = "words";

pub(super) fn incarnation(worker: u32, number: u32) -> WorkerIncarnation {
    WorkerIncarnation { worker, number }
}

/// A supervisor without any will of its own, and what its workers need.
pub(super) struct Supervisor {
    network: MemoryNetwork,
    listener: Option<Box<dyn Listener>>,
    library: Arc<Library>,
    pub(super) printed: Arc<Printed>,
}

impl Supervisor {
    /// One that listens, and whose library has these components.
    pub(super) async fn start(components: &[Arc<Component>]) -> Self {
        let mut supervisor = Self {
            network: MemoryNetwork::new(),
            listener: None,
            library: Arc::new(Library::of(components.iter().cloned()).await.unwrap()),
            printed: Arc::default(),
        };
        supervisor.listen().await;
        supervisor
    }

    pub(super) async fn listen(&mut self) {
        let here = self.network.at(Address::Supervisor);
        self.listener = Some(here.listen(Address::Supervisor).await.unwrap());
    }

    /// Nobody can connect any more.
    pub(super) fn vanish(&mut self) {
        self.listener = None;
    }

    /// Starts a worker.
    pub(super) fn worker(
        &self,
        worker: WorkerIncarnation,
    ) -> JoinHandle<Result<Ended, WorkerError>> {
        let address = Address::Worker {
            topology: TOPOLOGY.to_owned(),
            worker,
        };
        tokio::spawn(run(WorkerConfig {
            topology: TOPOLOGY.to_owned(),
            worker,
            network: Arc::new(self.network.at(address)),
            library: Arc::clone(&self.library),
            output: Arc::clone(&self.printed) as Arc<dyn Output>,
            dead_letters: None,
            state: Arc::new(MemoryStates::default()),
            seed: 7,
        }))
    }

    /// The next connection, and what the worker says first.
    pub(super) async fn accept(&mut self) -> (Connection, Hello) {
        let listener = self.listener.as_mut().unwrap();
        let stream = timeout(LIMIT, listener.accept()).await.unwrap().unwrap();
        let (reader, writer) = tokio::io::split(stream);
        let mut connection = Connection {
            lines: FramedRead::new(reader, LinesCodec::new()),
            writer,
            requests: 0,
        };
        match connection.hear_all().await.unwrap() {
            FromWorker::Hello(hello) => (connection, hello),
            other => panic!("before its hello a worker said {other:?}"),
        }
    }
}

/// The end of the supervisor.
pub(super) struct Connection {
    lines: FramedRead<ReadHalf<Box<dyn Stream>>, LinesCodec>,
    writer: WriteHalf<Box<dyn Stream>>,
    requests: u64,
}

impl Connection {
    pub(super) async fn say_line(&mut self, line: &str) {
        self.writer.write_all(line.as_bytes()).await.unwrap();
        self.writer.write_all(b"\n").await.unwrap();
    }

    pub(super) async fn say(&mut self, message: &ToWorker) {
        let line = serde_json::to_string(message).unwrap();
        self.say_line(&line).await;
    }

    /// What the worker says next; `None`: the connection has ended.
    pub(super) async fn hear_all(&mut self) -> Option<FromWorker> {
        let line = timeout(LIMIT, self.lines.next()).await;
        let line = line.expect("the worker is silent")?.ok()?;
        Some(serde_json::from_str(&line).unwrap())
    }

    /// What the worker says next that is no heartbeat.
    pub(super) async fn hear(&mut self) -> Option<FromWorker> {
        loop {
            match self.hear_all().await {
                Some(FromWorker::Heartbeat(_)) => {}
                other => return other,
            }
        }
    }

    /// What the worker has written until the connection ended, the last line perhaps
    /// cut off.
    pub(super) async fn unread(self) -> String {
        let mut text = String::from_utf8(self.lines.read_buffer().to_vec()).unwrap();
        let mut reader = self.lines.into_inner();
        reader.read_to_string(&mut text).await.unwrap();
        text
    }

    pub(super) async fn heartbeat(&mut self) -> Heartbeat {
        loop {
            if let FromWorker::Heartbeat(heartbeat) = self.hear_all().await.unwrap() {
                return *heartbeat;
            }
        }
    }

    /// Has the worker prepare its first tasks.
    pub(super) async fn assign(&mut self, assignment: &Assignment) {
        let assign = ToWorker::Assign(Box::new(assignment.clone()));
        self.say(&assign).await;
        let generation = assignment.plan.generation();
        assert_eq!(self.hear().await, Some(FromWorker::Ready { generation }));
    }

    /// Asks for something and waits for the answer.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Reply, String> {
        self.requests += 1;
        let id = self.requests;
        self.say(&ToWorker::Request { id, request }).await;
        match self.hear().await.unwrap() {
            FromWorker::Reply { id: of, result } => {
                assert_eq!(of, id);
                result
            }
            other => panic!("in place of an answer the worker said {other:?}"),
        }
    }

    pub(super) async fn spouts(&mut self, mode: SpoutMode) {
        self.say(&ToWorker::Spouts { mode }).await;
    }
}

/// What components printed, line by line.
#[derive(Default)]
pub(super) struct Printed(Mutex<Vec<String>>);

impl Printed {
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = self.0.lock().clone();
        lines.sort();
        lines
    }
}

impl Output for Printed {
    fn log(&self, _: &str, _: u32, _: LogLevel, _: &str) {}

    fn stdout(&self, _: &str, _: u32, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        self.0.lock().extend(text.lines().map(str::to_owned));
    }

    fn stderr(&self, _: &str, _: u32, _: &[u8]) {}
}

/// The guests `source`, `print` and `hold` of the whole-program tests.
pub(super) struct Guests {
    pub(super) source: Arc<Component>,
    pub(super) print: Arc<Component>,
    /// The same as `print` by another digest.
    pub(super) print_again: Arc<Component>,
}

impl Guests {
    pub(super) async fn load() -> Self {
        let files = files();
        let load = async |name: &str| sandbox().load(&files[name]).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let again = dir.path().join("print.wasm");
        let mut bytes = std::fs::read(&files["print"]).unwrap();
        // A custom section with a name of one letter and no content.
        bytes.extend_from_slice(&[0, 2, 1, b'x']);
        std::fs::write(&again, bytes).unwrap();
        Self {
            source: load("source").await,
            print: load("print").await,
            print_again: sandbox().load(&again).await.unwrap(),
        }
    }

    pub(super) fn all(&self) -> [Arc<Component>; 3] {
        [&self.source, &self.print, &self.print_again].map(Arc::clone)
    }

    /// The topology with this text, of a spout `source` and a bolt `print`, checked.
    pub(super) async fn topology(&self, text: &str) -> Topology {
        let parsed = parse("words.yaml", text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let mut descriptions = BTreeMap::new();
        for (id, component) in [("source", &self.source), ("print", &self.print)] {
            let key = ComponentKey::Component(id.to_owned());
            descriptions.insert(key, Ok(component.describe().await.unwrap()));
        }
        let checked = check(&parsed, &descriptions);
        checked
            .unwrap_or_else(|mistakes| panic!("{mistakes}"))
            .topology
    }

    /// What the workers of this topology are assigned.
    pub(super) async fn assignment(&self, text: &str, workers: usize) -> Assignment {
        let plan = plan(&self.topology(text).await, workers);
        let module = |component: &Component| Module {
            digest: component.digest().to_owned(),
            trial: None,
        };
        let components = [("source", &self.source), ("print", &self.print)];
        assignment(
            text,
            plan,
            Modules {
                components: components
                    .map(|(id, component)| (id.to_owned(), module(component)))
                    .into(),
                groupings: BTreeMap::new(),
            },
        )
    }
}

pub(super) fn assignment(text: &str, plan: Plan, modules: Modules) -> Assignment {
    Assignment {
        file: text.to_owned(),
        file_name: "words.yaml".to_owned(),
        base_dir: PathBuf::new(),
        message_timeout: None,
        max_pending: None,
        plan,
        modules,
        replay_only: false,
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn env() -> BuildEnv {
    BuildEnv::open(&state_dir(&workspace()), Cancel::default()).unwrap()
}

/// The component files, built once.
fn files() -> &'static BTreeMap<&'static str, PathBuf> {
    static FILES: OnceLock<BTreeMap<&str, PathBuf>> = OnceLock::new();
    FILES.get_or_init(|| {
        let names = ["source", "print"];
        let sources = names.map(|name| workspace().join("tests/guests").join(name));
        let built = Builder::new(env()).build_all(&sources, &Silent);
        let built = built.into_iter().map(|built| built.unwrap().component);
        names.into_iter().zip(built).collect()
    })
}

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        Sandbox::new(SandboxConfig {
            cache_dir: Some(env().cache_dir()),
            ..SandboxConfig::default()
        })
        .unwrap()
    })
}
