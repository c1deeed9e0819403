//! A topology with an attack in it, and what must hold whatever the attack is.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use stormcell_dead_letters::{Bounds, Store};
use stormcell_runtime::{Job, Report};
use tokio::runtime::Builder;

use crate::beside;
use crate::events;
use crate::guest::{Guest, SANDBOX, built};
use crate::memory::{forget_peak, peak, resident};
use crate::neighbours;
use crate::running::{self, Running};
use crate::survived::Survived;

/// How long a scene may take. It is a second or two; a host that hangs never ends.
const LIMIT: Duration = Duration::from_secs(90);

/// By how much the memory of the process may be larger after a scene: less than an attack
/// takes that nobody stops, and more than allocators keep.
const KEPT: u64 = 256 << 20;

/// Scenes are played one after the other, so that memory and rows a second are those of
/// one attack.
static STAGE: Mutex<()> = Mutex::new(());

/// Keeps all other scenes of this process waiting.
pub(crate) fn stage() -> impl Drop {
    STAGE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the attack is in its topology.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Spout,
    Bolt,
    /// Bolts that send to each other round a cycle, one or two.
    Cycle(u32),
    Grouping,
}

/// When the attack is over.
type Over = Box<dyn Fn(&Report) -> bool + Send>;

/// What is done before the attack is made.
type Before = Box<dyn Fn() + Send>;

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
    /// Done before the attack is made, each time.
    before: Option<Before>,
    /// Where tasks keep their state; `None`: in memory.
    state: Option<PathBuf>,
    /// Rows that cannot be processed are stored.
    letters: bool,
    /// `None`: when the rows that it is given are acked or have failed for good.
    over: Option<Over>,
    /// Bytes that the process may have more at most while it is played.
    within: Option<u64>,
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

    /// The attack is a bolt that sends to itself, or two that send to each other. It is over
    /// when the host has refused many of its rows.
    pub(crate) fn cycle(guest: Guest, bolts: u32) -> Self {
        const MANY: u64 = 200_000;
        Self::new(guest, Part::Cycle(bolts))
            .over(|report| beside::component(report, "attack").refused > MANY)
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
            before: None,
            state: None,
            letters: false,
            over: None,
            within: None,
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

    /// Done before the attack is made, each time: what it changes is as it was.
    pub(crate) fn before(mut self, before: impl Fn() + Send + 'static) -> Self {
        self.before = Some(Box::new(before));
        self
    }

    /// Who gets what the attack emits keeps all of it: `entry` is more of its entry.
    pub(crate) fn kept(mut self, entry: &'static str) -> Self {
        self.drain = entry;
        self
    }

    /// While it is played, the process has never so many bytes more than before.
    pub(crate) fn within(mut self, bytes: u64) -> Self {
        self.within = Some(bytes);
        self
    }

    /// Tasks keep their state in files in this folder.
    pub(crate) fn keeping_in(mut self, folder: &Path) -> Self {
        self.state = Some(folder.to_owned());
        self
    }

    /// Rows that cannot be processed are stored, and do not fail.
    pub(crate) fn with_dead_letters(mut self) -> Self {
        self.letters = true;
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
        self.on_stage(|scene| {
            Box::pin(async move {
                let survived = scene.attack().await;
                neighbours::measure(scene.guest.name, || scene.attack()).await;
                survived
            })
        })
    }

    /// Plays it where the attack keeps its topology from being run. Another topology of
    /// the same process goes on. Returns why the one with the attack was not run.
    pub(crate) fn refused(self) -> String {
        self.on_stage(|scene| {
            Box::pin(async move {
                let refused = scene.attempt().await;
                neighbours::measure(scene.guest.name, || scene.attempt()).await;
                refused
            })
        })
    }

    /// The attack is made in its topology.
    async fn attack(&self) -> Survived {
        if let Some(before) = &self.before {
            before();
        }
        let job = self.job(&self.topology()).await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("letters"), Bounds::default());
        let letters = self.letters.then(|| store.clone());
        events::listen();
        let job = job.unwrap_or_else(|refused| panic!("{refused}"));
        let running = Running::start_keeping(job, letters, self.state.as_deref());
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
        let letters = match self.letters {
            true => store.newest(None, usize::MAX).unwrap().1,
            false => Vec::new(),
        };
        Survived::new(report, written, letters, events::heard())
    }

    /// The topology of the attack is refused, beside another one.
    async fn attempt(&self) -> String {
        let neighbour = Running::start(self.job(&beside::alone()).await.unwrap(), None);
        let begun = neighbour.until(beside::has_begun).await;
        let start = Instant::now();
        let refused = match self.job(&self.topology()).await {
            Err(refused) => refused,
            Ok(job) => match Running::start(job, None).ended().await {
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
        beside::were_served(self.guest.name, rows, time);
        println!("{}: {refused}", self.guest.name);
        refused
    }

    /// Plays it alone, in a thread of its own, so that a host that hangs fails the test
    /// instead of keeping it for ever. Then the memory of the process is what it was.
    fn on_stage<R: Send + 'static>(
        self,
        play: impl FnOnce(Self) -> Pin<Box<dyn Future<Output = R>>> + Send + 'static,
    ) -> R {
        let _stage = stage();
        let (name, within) = (self.guest.name, self.within);
        let before = resident();
        let peaks = forget_peak();
        let (done, ended) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut runtime = Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
            let result = runtime.block_on(play(self));
            let _ = done.send(());
            result
        });
        let limit = LIMIT + neighbours::takes();
        if let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(limit) {
            panic!("{name}: the host was still busy after {limit:?}");
        }
        let played = thread.join();
        let played = played.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // The neighbours that are measured have memory as well.
        let within = within.filter(|_| !neighbours::are_measured());
        if let (Some(before), Some(peak), Some(within), true) = (before, peak(), within, peaks) {
            let more = peak.saturating_sub(before);
            println!("{name}: {} MiB more than before at most", more >> 20);
            assert!(more < within, "{name}: {} MiB more at a time", more >> 20);
        }
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
            Part::Cycle(bolts) => {
                let (mut entries, mut streams) = (String::new(), String::new());
                let name = |bolt: u32| match bolt {
                    0 => "attack".to_owned(),
                    other => format!("attack-{other}"),
                };
                for bolt in 0..bolts {
                    let (from, to) = (name(bolt), name((bolt + 1) % bolts));
                    entries += &format!("  - {{ id: {from}, component: attack{} }}\n", self.entry);
                    streams += &format!(
                        "  - {{ from: {from}, to: {to}, grouping: {{ type: shuffle }} }}\n"
                    );
                }
                streams += "  - { from: bait, to: attack, grouping: { type: shuffle } }\n";
                (bait, entries, streams)
            }
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

    /// All that is needed to run a topology of this scene.
    async fn job(&self, text: &str) -> Result<Job, String> {
        let file = |name: &str| match name {
            "attack" => self.guest.file.clone(),
            name => built(name),
        };
        running::job(&SANDBOX, text, file, &self.base_dir).await
    }
}

fn had_error(component: &'static str) -> impl Fn(&Report) -> bool {
    move |report| !beside::component(report, component).errors.is_empty()
}
