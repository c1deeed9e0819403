//! A machine with a supervisor and one topology, as tests use it.

use std::fmt::Arguments;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::{Answer, Command};
use stormcell_links::{Address, MemoryNetwork};
use stormcell_protocol::api::{LogLine, Problem, Status, Submit, TopologyDetail};
use stormcell_protocol::{DataDir, ErrorReport};
use stormcell_sandbox::Component;
use stormcell_supervisor::{Supervisor, SupervisorConfig};
use stormcell_worker::Library;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::checker::Checker;
use super::guests::{Guest, guests, sandbox};
use super::processes::SimulatedProcesses;
use super::simulation::{Log, time_of_day};

/// The topology.
pub(super) const NAME: &str = "simulated";
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// What is waited for happens within this time, or never.
const PATIENCE: Duration = Duration::from_secs(1800);
/// So much of the log is shown when a test fails.
const SHOWN: usize = 60;

/// A machine.
pub(super) struct Machine {
    _folder: tempfile::TempDir,
    data: DataDir,
    pub(super) network: MemoryNetwork,
    pub(super) processes: Arc<SimulatedProcesses>,
    pub(super) log: Arc<Log>,
    pub(super) checker: Arc<Checker>,
    supervisor: Option<Supervisor>,
    /// Writes down how the topology is, for as long as this supervisor lives.
    watch: Option<JoinHandle<()>>,
    /// What goes on beside.
    pub(super) beside: JoinSet<()>,
}

impl Machine {
    /// A machine with a supervisor that has all component files. The seed is that of the
    /// workers.
    pub(super) async fn start(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let network = MemoryNetwork::new();
        let log = Arc::new(Log::default());
        let checker = Arc::new(Checker::new(Arc::clone(&log)));
        let library = Library::of(components()).await;
        let mut machine = Self {
            data: DataDir::new(folder.path()),
            _folder: folder,
            processes: SimulatedProcesses::new(
                network.clone(),
                library.unwrap(),
                seed,
                Arc::clone(&log),
                Arc::clone(&checker),
            ),
            network,
            log,
            checker,
            supervisor: None,
            watch: None,
            beside: JoinSet::new(),
        };
        machine.start_supervisor().await;
        for Guest { bytes, component } in files() {
            let body = Cursor::new(bytes);
            let put = machine.supervisor().put_component(component.digest(), body);
            put.await.unwrap();
        }
        machine
    }

    /// The same with a topology that works.
    pub(super) async fn with(text: &str, workers: u32) -> Self {
        let machine = Self::start(1).await;
        machine.submit(text, workers).await;
        machine.until_active().await;
        machine
    }

    pub(super) async fn start_supervisor(&mut self) {
        self.say(format_args!("the supervisor starts"));
        let config = SupervisorConfig::new(
            self.data.clone(),
            Arc::new(self.network.at(Address::Supervisor)),
            Arc::<SimulatedProcesses>::clone(&self.processes),
            sandbox().clone(),
        );
        let supervisor = Supervisor::start_at(config, time_of_day).await.unwrap();
        self.watch = Some(tokio::spawn(watch(
            supervisor.clone(),
            Arc::clone(&self.log),
        )));
        self.supervisor = Some(supervisor);
    }

    /// The supervisor ends as if it were killed.
    pub(super) async fn halt_supervisor(&mut self) {
        self.say(format_args!("the supervisor is killed"));
        self.watch.take().unwrap().abort();
        self.supervisor.take().unwrap().halt().await;
    }

    pub(super) fn supervisor(&self) -> &Supervisor {
        self.supervisor.as_ref().expect("there is a supervisor")
    }

    pub(super) async fn submit(&self, text: &str, workers: u32) {
        let components = guests()
            .iter()
            .map(|(name, of)| ((*name).to_owned(), of.first.digest().to_owned()))
            .collect();
        let submit = Submit {
            file: text.to_owned(),
            file_name: "topology.yaml".to_owned(),
            base_dir: "/".into(),
            components,
            workers,
            name: Some(NAME.to_owned()),
            message_timeout_ms: None,
            max_pending: None,
            inactive: false,
        };
        self.supervisor().submit(submit).await.unwrap();
    }

    /// Has the topology do something.
    pub(super) async fn command(&self, command: Command) -> Result<Answer, Problem> {
        self.supervisor().command(NAME, command).await
    }

    pub(super) async fn detail(&self) -> TopologyDetail {
        self.supervisor().detail(NAME).await.unwrap()
    }

    /// The incarnations that are alive, by worker.
    pub(super) fn alive(&self) -> Vec<WorkerIncarnation> {
        self.processes.alive(NAME)
    }

    /// The address of a worker as it is alive now.
    pub(super) fn address(&self, worker: u32) -> Address {
        let alive = self.alive();
        let worker = alive.into_iter().find(|alive| alive.worker == worker);
        address(worker.expect("it is alive"))
    }

    pub(super) fn say(&self, what: Arguments<'_>) {
        self.log.say(what);
    }

    /// Waits for something that is looked for again and again.
    pub(super) async fn until(&self, what: &str, mut is: impl AsyncFnMut(&Self) -> bool) {
        let waited = timeout(PATIENCE, async {
            while !is(self).await {
                sleep(LOOK).await;
            }
        });
        assert!(waited.await.is_ok(), "it never happens: {what}");
    }

    /// Waits until all workers of the topology work.
    pub(super) async fn until_active(&self) {
        self.until("the topology is active", async |machine| {
            let summary = machine.detail().await.summary;
            summary.status == Status::Active
                && summary.workers.up == summary.workers.planned
                && summary.operation.is_none()
        })
        .await;
    }

    /// Waits until the spout was told that so many rows are acked.
    pub(super) async fn until_acked(&self, rows: usize) {
        self.until("rows are acked", async |machine| {
            machine.checker.acked() >= rows
        })
        .await;
    }

    /// Waits until the topology has come to its end. Returns how it was.
    pub(super) async fn until_finished(&self) -> TopologyDetail {
        self.until("the topology finishes", async |machine| {
            let detail = machine.detail().await;
            detail.summary.status == Status::Finished && machine.alive().is_empty()
        })
        .await;
        self.detail().await
    }

    /// Waits until the topology has come to its end, and looks whether it is whole: all of
    /// its rows, from 0 on, are acked and have arrived. Returns how it was, and how many
    /// rows arrived more than once.
    pub(super) async fn finish(&mut self, rows: i64) -> (TopologyDetail, usize) {
        let detail = self.until_finished().await;
        let report = detail.report.as_ref().expect("there is a last report");
        assert_eq!(report.trees.pending, 0, "{report:#?}");
        for component in &report.components {
            // A spout says of rows that timed out where they were; they came again.
            let timed_out = |error: &&ErrorReport| error.message.contains(" timed out (message-");
            let errors = component.errors.iter();
            let errors: Vec<_> = errors.filter(|error| !timed_out(error)).collect();
            assert_eq!(
                (&component.id, component.queued, errors),
                (&component.id, 0, vec![])
            );
        }
        let trees = report.trees;
        self.say(format_args!("finished: {trees:?}"));
        let again = self.checker.is_complete(rows);
        self.halt_supervisor().await;
        (detail, again)
    }

    /// Everything that has happened: first what was seen, then what supervisors wrote of
    /// it. They must have ended.
    pub(super) fn history(&self) -> Vec<String> {
        assert!(self.supervisor.is_none());
        let mut lines = self.log.lines();
        let written = std::fs::read_to_string(self.data.supervisor_log(NAME, 1)).unwrap();
        lines.extend(written.lines().map(|line| {
            let line: LogLine = serde_json::from_str(line).unwrap();
            format!("{} {}: {}", line.at, line.level, line.message)
        }));
        lines
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let lines = self.log.lines();
            let last = lines.len().saturating_sub(SHOWN);
            eprintln!("the end of the log:\n{}", lines[last..].join("\n"));
        }
    }
}

/// All component files.
fn files() -> Vec<&'static Guest> {
    let versions = guests().values();
    versions.flat_map(|of| [&of.first, &of.second]).collect()
}

fn components() -> Vec<Arc<Component>> {
    let files = files().into_iter();
    files.map(|file| Arc::clone(&file.component)).collect()
}

/// The address of an incarnation.
pub(super) fn address(worker: WorkerIncarnation) -> Address {
    let topology = NAME.to_owned();
    Address::Worker { topology, worker }
}

/// Writes down how the topology is whenever that changes.
async fn watch(supervisor: Supervisor, log: Arc<Log>) {
    let mut before = String::new();
    loop {
        let now = match supervisor.detail(NAME).await {
            Ok(TopologyDetail { summary, .. }) => format!(
                "{:?}, {} of {} workers, generation {}, operation {:?}, problem {:?}",
                summary.status,
                summary.workers.up,
                summary.workers.planned,
                summary.generation,
                summary.operation,
                summary.problem
            ),
            Err(problem) => problem.code.as_str().to_owned(),
        };
        if now != before {
            log.say(format_args!("the topology is: {now}"));
            before = now;
        }
        sleep(LOOK).await;
    }
}
