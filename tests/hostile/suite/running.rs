//! A topology that runs, in the process of the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stormcell_dead_letters::Store;
use stormcell_runtime::{Control, Job, Options, Report, RunError, run};
use stormcell_sandbox::{Component, Sandbox};
use stormcell_state::{Folder, MemoryStates, States};
use stormcell_topology::{ComponentKey, check, parse, plan};
use tokio::task::JoinHandle;

use crate::survived::Written;

/// How long may be waited for anything.
const PART: Duration = Duration::from_secs(30);

/// All that is needed to run a topology, in which a component is named as `file` knows it.
pub(crate) async fn job(
    sandbox: &Sandbox,
    text: &str,
    file: impl Fn(&str) -> PathBuf,
    base_dir: &Path,
) -> Result<Job, String> {
    let parsed = parse("topology.yaml", text).map_err(|e| format!("{e}\n{text}"))?;
    let mut components: BTreeMap<ComponentKey, Arc<Component>> = BTreeMap::new();
    let mut descriptions = BTreeMap::new();
    for needed in parsed.component_refs() {
        let file = file(&needed.path);
        let described = async {
            let loaded = sandbox.load(&file).await;
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
        base_dir: base_dir.to_owned(),
    })
}

/// A topology that runs.
pub(crate) struct Running {
    control: Control,
    run: JoinHandle<Result<Report, RunError>>,
    pub(crate) written: Arc<Written>,
}

impl Running {
    /// Starts it; rows that cannot be processed are stored there, or fail.
    pub(crate) fn start(job: Job, dead_letters: Option<Store>) -> Self {
        Self::start_keeping(job, dead_letters, None)
    }

    /// The same, with what tasks keep in this folder.
    pub(crate) fn start_keeping(
        job: Job,
        dead_letters: Option<Store>,
        state: Option<&Path>,
    ) -> Self {
        let state: Arc<dyn States> = match state {
            Some(folder) => Arc::new(Folder::new(folder)),
            None => Arc::new(MemoryStates::default()),
        };
        let control = Control::new();
        let written = Arc::new(Written::default());
        let options = Options {
            fault: None,
            seed: 7,
            message_timeout: None,
            max_pending: None,
            output: Arc::clone(&written) as _,
            dead_letters,
            state,
            replay_only: false,
        };
        Self {
            run: tokio::spawn(run(job, options, control.clone())),
            control,
            written,
        }
    }

    /// What it has done so far; `None` before it has begun.
    pub(crate) fn report(&self) -> Option<Report> {
        assert!(!self.run.is_finished(), "it has ended by itself");
        self.control.report()
    }

    /// Waits until its report is like this.
    pub(crate) async fn until(&self, is: impl Fn(&Report) -> bool) -> Report {
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

    /// Stops it; its report says what it did.
    pub(crate) async fn stop(self) -> Report {
        self.control.stop();
        self.ended().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(self) -> Result<Report, RunError> {
        self.run.await.unwrap()
    }
}
