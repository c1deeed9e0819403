//! A topology with an attack in it, and what must hold whatever the attack is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use stormcell_runtime::{Control, Job, Options, Report, RunError, run};
use stormcell_sandbox::Component;
use stormcell_topology::{ComponentKey, check, parse, plan};
use tokio::runtime::Builder;
use tokio::task::JoinHandle;

use crate::beside;
use crate::guest::{Guest, SANDBOX, built};
use crate::memory::resident;
use crate::survived::{Survived, Written};

/// How long a scene may take. It is a second or two; a host that hangs never ends.
const LIMIT: Duration = Duration::from_secs(90);

/// How long any part of it may take.
const PART: Duration = Duration::from_secs(30);

/// By how much the memory of the process may be larger after a scene: less than an attack
/// takes that nobody stops, and more than allocators keep.
const KEPT: u64 = 256 << 20;

/// Scenes are played one after the other, so that memory and rows a second are those of
/// one attack.
static STAGE: Mutex<()> = Mutex::new(());

/// What the attack is in its topology.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Spout,
    Bolt,
    Grouping,
}

/// When the attack is over.
type Over = Box<dyn Fn(&Report) -> bool + Send>;

/// A topology with an attack in it.
pub(crate) struct Scene {
    guest: Guest,
    part: Part,
    /// More about the entry of the attack.
    entry: String,
    /// The whole entry of who gets what the attack emits.
    drain: &'static str,
    /// How what the attack emits is grouped.
    grouping: &'static str,
    rows: u32,
    /// How many tasks pass on rows beside it.
    beside: u32,
    timeout: &'static str,
    base_dir: PathBuf,
    /// `None`: when the rows that it is given are acked or have failed for good.
    over: Option<Over>,
}

impl Scene {
    /// The attack is a bolt. It is over when the rows that it is given have
    /// been acked, or have failed for good.
    pub(crate) fn bolt(guest: Guest) -> Self {
        Self::new(guest, Part::Bolt)
    }

    /// The attack is a spout. It is over when it has had an error.
    pub(crate) fn spout(guest: Guest) -> Self {
        Self::new(guest, Part::Spout).over(had_error("attack"))
    }

    /// The attack is the grouping of the stream of the spout `bait`. It is over when that
    /// has had an error.
    pub(crate) fn grouping(guest: Guest) -> Self {
        Self::new(guest, Part::Grouping).over(had_error("bait"))
    }

    fn new(guest: Guest, part: Part) -> Self {
        Self {
            guest,
            part,
            entry: String::new(),
            drain: "{ id: drain, component: honest_sink }",
            grouping: "shuffle",
            rows: 1,
            beside: 2,
            timeout: "30s",
            base_dir: PathBuf::new(),
            over: None,
        }
    }

    /// More of the entry of the attack in the topology file: `key: value`.
    pub(crate) fn with(mut self, entry: &str) -> Self {
        self.entry.push_str(", ");
        self.entry.push_str(entry);
        self
    }

    /// How many rows the attack is given.
    pub(crate) fn rows(mut self, rows: u32) -> Self {
        self.rows = rows;
        self
    }

    /// The attack's rows fail.
    pub(crate) fn failing(mut self) -> Self {
        self.drain = "{ id: drain, component: honest_sink, config: { fail: true } }";
        self
    }

    /// The message time-out.
    pub(crate) fn timeout(mut self, timeout: &'static str) -> Self {
        self.timeout = timeout;
        self
    }

    /// The attack names the tasks that get what it emits.
    pub(crate) fn sends_directly(mut self) -> Self {
        self.grouping = "direct";
        self
    }

    /// Fifty tasks pass on rows beside it, instead of two.
    pub(crate) fn with_fifty_beside(mut self) -> Self {
        self.beside = 50;
        self
    }

    /// The folder that grants are relative to.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.base_dir = folder.to_owned();
        self
    }

    /// When the attack is over.
    pub(crate) fn over(mut self, over: impl Fn(&Report) -> bool + Send + 'static) -> Self {
        self.over = Some(Box::new(over));
        self
    }

    /// The attack is over when its component has had an error.
    pub(crate) fn until_error(self) -> Self {
        self.over(had_error("attack"))
    }

    /// Plays it: the attack is made, the others go on, and everything is stopped.
    pub(crate) fn play(self) -> Survived {
        self.on_stage(|scene| Box::pin(scene.attack()))
    }

    /// Plays it where the attack keeps its topology from being run. Another topology of
    /// the same process goes on. Returns why the one with the attack was not run.
    pub(crate) fn refused(self) -> String {
        self.on_stage(|scene| {
            Box::pin(async move {
                let neighbour = Running::start(scene.job(&beside::alone()).await.unwrap());
                let begun = neighbour.until(beside::has_begun).await;
                let start = Instant::now();
                let refused = match scene.job(&scene.topology()).await {
                    Err(refused) => refused,
                    Ok(job) => match Running::start(job).ended().await {
                        Ok(report) => panic!("it was run: {report:#?}"),
                        Err(error) => error.to_string(),
                    },
                };
                let refused_then = neighbour.until(|_| true).await;
                neighbour.until(beside::has_gone_on(&refused_then)).await;
                let time = start.elapsed();
                let report = neighbour.stop().await;
                beside::lost_nothing(&report);
                let rows = beside::acked(&report) - beside::acked(&begun);
                beside::were_served(scene.guest.name, rows, time);
                println!("{}: {refused}", scene.guest.name);
                refused
            })
        })
    }

    async fn attack(self) -> Survived {
        let job = self.job(&self.topology()).await;
        let running = Running::start(job.unwrap_or_else(|refused| panic!("{refused}")));
        let begun = running.until(beside::has_begun).await;
        let start = Instant::now();
        let rows = u64::from(self.rows);
        let over = running
            .until(|report| match &self.over {
                Some(over) => over(report),
                None => {
                    let bait = beside::component(report, "bait");
                    bait.acked + bait.failed == rows
                }
            })
            .await;
        running.until(beside::has_gone_on(&over)).await;
        let time = start.elapsed();
        let written = Arc::clone(&running.written);
        let report = running.stop().await;
        beside::lost_nothing(&report);
        let rows = beside::acked(&report) - beside::acked(&begun);
        beside::were_served(self.guest.name, rows, time);
        Survived::new(report, written)
    }

    /// Plays it alone, in a thread of its own, so that a host that hangs fails the test
    /// instead of keeping it for ever. Then the memory of the process is what it was.
    fn on_stage<R: Send + 'static>(
        self,
        play: impl FnOnce(Self) -> Pin<Box<dyn Future<Output = R>>> + Send + 'static,
    ) -> R {
        let _stage = STAGE.lock();
        let name = self.guest.name;
        let before = resident();
        let (done, ended) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut runtime = Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
            let result = runtime.block_on(play(self));
            let _ = done.send(());
            result
        });
        if let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(LIMIT) {
            panic!("{name}: the host was still busy after {LIMIT:?}");
        }
        let played = thread.join();
        let played = played.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        if let (Some(before), Some(after)) = (before, resident()) {
            let more = after.saturating_sub(before);
            assert!(more < KEPT, "{name}: {} MiB more than before", more >> 20);
        }
        played
    }

    fn topology(&self) -> String {
        let attack = format!("{{ id: attack, component: attack{} }}", self.entry);
        let bait = format!(
            "{{ id: bait, component: honest_source, config: {{ rows: {} }} }}",
            self.rows
        );
        let drain = self.drain;
        let (spouts, bolts, streams) = match self.part {
            Part::Spout => (
                attack,
                format!("  - {drain}\n"),
                "  - { from: attack, to: drain, grouping: { type: shuffle } }\n".to_owned(),
            ),
            Part::Bolt => (
                bait,
                format!("  - {attack}\n  - {drain}\n"),
                "  - { from: bait, to: attack, grouping: { type: shuffle } }
  - { from: attack, to: drain, grouping: { type: GROUPING } }\n"
                    .replace("GROUPING", self.grouping),
            ),
            Part::Grouping => (
                bait,
                format!("  - {drain}\n"),
                format!(
                    "  - {{ from: bait, to: drain, grouping: {{ type: custom, component: \
                     attack{} }} }}\n",
                    self.entry
                ),
            ),
        };
        format!(
            "name: hostile\nconfig: {{ max-replays: 1, message-timeout: {} }}\nspouts:\n{}  - \
             {spouts}\nbolts:\n{}{bolts}streams:\n{}{streams}",
            self.timeout,
            beside::SPOUTS,
            beside::bolts(self.beside),
            beside::STREAMS
        )
    }

    /// All that is needed to run a topology, in which a component is named by its file.
    async fn job(&self, text: &str) -> Result<Job, String> {
        let parsed = parse("topology.yaml", text).map_err(|e| format!("{e}\n{text}"))?;
        let mut components: BTreeMap<ComponentKey, Arc<Component>> = BTreeMap::new();
        let mut descriptions = BTreeMap::new();
        for needed in parsed.component_refs() {
            let file = match needed.path.as_str() {
                "attack" => self.guest.file.clone(),
                name => built(name),
            };
            let described = async {
                let loaded = SANDBOX.load(&file).await;
                let component = loaded.map_err(|error| error.to_string())?;
                let description = component.describe().await;
                components.insert(needed.key.clone(), component);
                description.map_err(|error| error.to_string())
            };
            descriptions.insert(needed.key.clone(), described.await);
        }
        let checked = tokio::task::spawn_blocking(move || {
            check(&parsed, &descriptions).map_err(|error| error.to_string())
        });
        let topology = checked.await.unwrap()?.topology;
        Ok(Job {
            plan: Arc::new(plan(&topology, 1)),
            topology: Arc::new(topology),
            components,
            trials: BTreeMap::new(),
            base_dir: self.base_dir.clone(),
        })
    }
}

fn had_error(component: &'static str) -> impl Fn(&Report) -> bool {
    move |report| !beside::component(report, component).errors.is_empty()
}

/// A topology that runs.
struct Running {
    control: Control,
    run: JoinHandle<Result<Report, RunError>>,
    written: Arc<Written>,
}

impl Running {
    fn start(job: Job) -> Self {
        let control = Control::new();
        let written = Arc::new(Written::default());
        let options = Options {
            fault: None,
            seed: 7,
            message_timeout: None,
            max_pending: None,
            max_queued_bytes: Options::MAX_QUEUED_BYTES,
            output: Arc::clone(&written) as _,
            dead_letters: None,
        };
        Self {
            run: tokio::spawn(run(job, options, control.clone())),
            control,
            written,
        }
    }

    /// Waits until its report is like this.
    async fn until(&self, is: impl Fn(&Report) -> bool) -> Report {
        let begun = Instant::now();
        loop {
            let report = self.control.report();
            if let Some(report) = report.as_ref().filter(|report| is(report)) {
                return report.clone();
            }
            assert!(
                !self.run.is_finished() && begun.elapsed() < PART,
                "after {:?}, {}: {report:#?}",
                begun.elapsed(),
                match self.run.is_finished() {
                    true => "it has ended",
                    false => "it did not come to this",
                }
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn stop(self) -> Report {
        self.control.stop();
        self.ended().await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn ended(self) -> Result<Report, RunError> {
        self.run.await.unwrap()
    }
}
