//! Runs a topology from its text and captures what comes of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use stormcell_protocol::control::{Probe, SpoutMode, TaskStatus};
use stormcell_runtime::{
    ComponentReport, Control, Fault, Job, Options, Output, Place, Report, RunError, Tasks, run,
};
use stormcell_sandbox::{Component, LogLevel};
use stormcell_state::MemoryStates;
use stormcell_topology::{ComponentKey, Flow, check, parse, plan};
use tokio::runtime::{Builder, Runtime};

use crate::support;

/// The folders of the components, from the root of the workspace. In a topology one
/// is named by the last part of its path.
const GUESTS: [&str; 12] = [
    "tests/guests/collect",
    "tests/guests/count",
    "tests/guests/direct",
    "tests/guests/hold",
    "tests/guests/hop",
    "tests/guests/print",
    "tests/guests/raw",
    "tests/guests/relay",
    "tests/guests/source",
    "tests/guests/split",
    "tests/guests/tally",
    "tests/conformance/rust/grouping",
];

/// How long a topology may take by the clock on the wall.
const WALL_LIMIT: Duration = Duration::from_secs(120);
/// How long it may take by the clock of the test. If nothing can be done any more
/// and no timer is set, that clock jumps here at once.
const CLOCK_LIMIT: Duration = Duration::from_secs(24 * 3600);

/// The component file of a guest.
fn guest(name: &str) -> PathBuf {
    static BUILT: OnceLock<BTreeMap<&str, PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let files = support::build(&GUESTS).unwrap();
        let names = GUESTS.map(|folder| folder.rsplit('/').next().unwrap());
        names.into_iter().zip(files).collect()
    });
    built[name].clone()
}

/// A topology to be run.
pub(crate) struct Case {
    text: String,
    options: Options,
    captured: Arc<Captured>,
    base_dir: PathBuf,
}

impl Case {
    /// The topology with this text, in which `component` names a guest.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let captured = Arc::new(Captured::default());
        Self {
            text: text.into(),
            options: Options {
                fault: None,
                seed: 7,
                message_timeout: None,
                max_pending: None,
                output: Arc::clone(&captured) as Arc<dyn Output>,
                dead_letters: None,
                state: Arc::new(MemoryStates::default()),
                replay_only: false,
            },
            captured,
            base_dir: support::workspace(),
        }
    }

    /// Loses this share of the spouts' rows.
    pub(crate) fn drop(mut self, share: f64) -> Self {
        self.options.fault = Some(Fault::drop(share).unwrap());
        self
    }

    /// Changes how it is run.
    pub(crate) fn options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    /// The folder that granted paths are relative to.
    pub(crate) fn base_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.base_dir = dir.into();
        self
    }

    /// Runs it on one thread, on a clock that stands still while there is work.
    pub(crate) fn run(self) -> Ran {
        self.run_with(async |_| {})
    }

    /// Like [`run`](Self::run), with something to do beside it.
    pub(crate) fn run_with(self, beside: impl AsyncFnOnce(Control) + Send + 'static) -> Ran {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build();
        self.start(runtime.unwrap(), CLOCK_LIMIT, beside)
    }

    /// Runs it on two threads, on a clock that goes on.
    pub(crate) fn run_parallel(self) -> Ran {
        self.run_parallel_with(async |_| {})
    }

    /// Like [`run_parallel`](Self::run_parallel), with something to do beside it.
    pub(crate) fn run_parallel_with(
        self,
        beside: impl AsyncFnOnce(Control) + Send + 'static,
    ) -> Ran {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        self.start(runtime.unwrap(), WALL_LIMIT, beside)
    }

    /// Runs it in a thread of its own, so that one that never yields fails its test
    /// instead of keeping it for ever.
    fn start(
        self,
        runtime: Runtime,
        limit: Duration,
        beside: impl AsyncFnOnce(Control) + Send + 'static,
    ) -> Ran {
        let captured = Arc::clone(&self.captured);
        let (done, ended) = mpsc::channel();
        // Before the time is taken: a first build takes minutes.
        guest("source");
        let thread = std::thread::spawn(move || {
            let result = runtime.block_on(self.go(limit, beside));
            let _ = done.send(());
            result
        });
        match ended.recv_timeout(WALL_LIMIT) {
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("the topology was still busy after {WALL_LIMIT:?}")
            }
            // If the thread panicked, joining it tells.
            Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => {}
        }
        let ended = thread.join();
        let (result, elapsed) = ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ran {
            result,
            elapsed,
            captured,
        }
    }

    async fn go(
        self,
        limit: Duration,
        beside: impl AsyncFnOnce(Control),
    ) -> (Result<Report, RunError>, Duration) {
        let job = self.job().await;
        let control = Control::new();
        let begin = tokio::time::Instant::now();
        let both = async {
            let running = run(job, self.options, control.clone());
            tokio::pin!(running);
            tokio::select! {
                result = &mut running => return result,
                () = beside(control.clone()) => {}
            }
            running.await
        };
        let result = tokio::time::timeout(limit, both).await;
        let result = result.unwrap_or_else(|_| {
            panic!(
                "the topology hangs; its report: {:#?}",
                control
                    .report()
                    .map(|report| (report.trees, report.components))
            )
        });
        (result, begin.elapsed())
    }

    /// Runs it on one thread, on a clock that stands still while there is work, with
    /// somebody who changes its tasks beside it. Then it runs to its end.
    pub(crate) fn run_changed(self, change: impl AsyncFnOnce(&Tasks, Job) + Send + 'static) -> Ran {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build();
        guest("source");
        let captured = Arc::clone(&self.captured);
        let (result, elapsed) = runtime.unwrap().block_on(async {
            let job = self.job().await;
            let begin = tokio::time::Instant::now();
            let result = tokio::time::timeout(CLOCK_LIMIT, self.changed(job, change)).await;
            let result = result.unwrap_or_else(|_| panic!("the topology hangs"));
            (result, begin.elapsed())
        });
        Ran {
            result,
            elapsed,
            captured,
        }
    }

    async fn changed(
        self,
        job: Job,
        change: impl AsyncFnOnce(&Tasks, Job),
    ) -> Result<Report, RunError> {
        let tasks = Tasks::prepare(job.clone(), self.options, Place::Alone).await?;
        tasks.spouts(SpoutMode::Active);
        change(&tasks, job.clone()).await;
        settled(&tasks, |probe| probe.ended).await;
        for at in Flow::of(&job.topology).closing_order() {
            let component = &job.topology.components()[at].id;
            let of = |task: &&TaskStatus| tasks.component_of(task.task).as_ref() == Some(component);
            let ids: Vec<u32> = tasks
                .task_status()
                .iter()
                .filter(of)
                .map(|task| task.task)
                .collect();
            tasks.close(&ids, true).await;
        }
        Ok(tasks.report())
    }

    /// Everything that is needed to run it.
    pub(crate) async fn job(&self) -> Job {
        let parsed = parse("topology.yaml", &self.text).unwrap_or_else(|e| panic!("{e}"));
        let mut components: BTreeMap<ComponentKey, Arc<Component>> = BTreeMap::new();
        let mut descriptions = BTreeMap::new();
        for needed in parsed.component_refs() {
            let component = support::sandbox().load(&guest(&needed.path)).await.unwrap();
            let description = component.describe().await.unwrap();
            components.insert(needed.key.clone(), component);
            descriptions.insert(needed.key.clone(), Ok(description));
        }
        let checked = check(&parsed, &descriptions).unwrap_or_else(|e| panic!("{e}"));
        Job {
            plan: Arc::new(plan(&checked.topology, 1)),
            topology: Arc::new(checked.topology),
            components,
            trials: BTreeMap::new(),
            base_dir: self.base_dir.clone(),
        }
    }
}

/// What came of a topology.
pub(crate) struct Ran {
    result: Result<Report, RunError>,
    /// How long it took, by the clock of the test.
    pub(crate) elapsed: Duration,
    captured: Arc<Captured>,
}

impl Ran {
    /// The report of a topology that ran to its end, of which nothing is left.
    pub(crate) fn report(&self) -> &Report {
        let report = self.result.as_ref().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(report.trees.pending, 0, "{report:#?}");
        for component in &report.components {
            assert_eq!(component.queued, 0, "{report:#?}");
        }
        report
    }

    /// Why it ended without a report.
    pub(crate) fn error(&self) -> &RunError {
        self.result.as_ref().expect_err("it ends with an error")
    }

    /// What a component did.
    pub(crate) fn component(&self, id: &str) -> &ComponentReport {
        component(self.report(), id)
    }

    /// What a component is warned of in its log.
    pub(crate) fn warnings(&self, id: &str) -> Vec<String> {
        let log = self.captured.log.lock().unwrap();
        let of = log
            .iter()
            .filter(|(component, level, _)| component == id && *level == LogLevel::Warn);
        of.map(|(_, _, line)| line.clone()).collect()
    }

    /// The lines that the tasks of a component printed, task by task.
    pub(crate) fn lines(&self, id: &str) -> Vec<String> {
        let lines = self.lines_by_task(id).into_iter();
        lines.flat_map(|(_, lines)| lines).collect()
    }

    /// The lines that each task of a component printed; a task that printed none is
    /// not there.
    pub(crate) fn lines_by_task(&self, id: &str) -> BTreeMap<u32, Vec<String>> {
        let stdout = self.captured.stdout.lock().unwrap();
        let of = stdout.iter().filter(|((component, _), _)| component == id);
        of.map(|((_, task), bytes)| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            (*task, text.lines().map(str::to_owned).collect())
        })
        .collect()
    }

    /// The rows that a `print` component printed, sorted.
    pub(crate) fn rows(&self, id: &str) -> Vec<String> {
        let mut rows = self.lines(id);
        rows.retain(|line| !line.starts_with("close "));
        rows.sort();
        rows
    }

    /// The numbers of the rows that a `print` component printed, sorted.
    pub(crate) fn numbers(&self, id: &str) -> Vec<i64> {
        let rows = self.rows(id);
        let mut numbers: Vec<i64> = rows
            .iter()
            .map(|row| row.split(' ').next().unwrap().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

/// What a component did.
pub(crate) fn component<'r>(report: &'r Report, id: &str) -> &'r ComponentReport {
    let mut components = report.components.iter();
    components.find(|component| component.id == id).unwrap()
}

/// The messages of the errors of a component, one a line.
pub(crate) fn errors(component: &ComponentReport) -> String {
    let messages = component.errors.iter().map(|error| error.message.as_str());
    messages.collect::<Vec<_>>().join("\n")
}

/// What a running topology printed.
#[derive(Default)]
struct Captured {
    stdout: Mutex<BTreeMap<(String, u32), Vec<u8>>>,
    /// The components that logged, and what.
    log: Mutex<Vec<(String, LogLevel, String)>>,
}

impl Output for Captured {
    fn log(&self, component: &str, _: u32, level: LogLevel, line: &str) {
        let line = (component.to_owned(), level, line.to_owned());
        self.log.lock().unwrap().push(line);
    }

    fn stdout(&self, component: &str, task: u32, bytes: &[u8]) {
        let mut stdout = self.stdout.lock().unwrap();
        let written = stdout.entry((component.to_owned(), task)).or_default();
        written.extend_from_slice(bytes);
    }

    fn stderr(&self, _: &str, _: u32, _: &[u8]) {}
}

/// Waits until nothing is in flight, and what spouts say is as told.
pub(crate) async fn settled(tasks: &Tasks, is: impl Fn(&Probe) -> bool) {
    loop {
        let probe = tasks.probe();
        if probe.idle && probe.settled && is(&probe) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until the report of a running topology is as told.
pub(crate) async fn until(control: &Control, is: impl Fn(&Report) -> bool) -> Report {
    loop {
        if let Some(report) = control.report().filter(&is) {
            return report;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
