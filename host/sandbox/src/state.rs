//! What the host keeps for one instance: the data of its store.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;
use stormcell_topology::{Grants, Limits};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::clocks::Clocks;
use crate::cpu::CpuMeter;
use crate::debug_info::Lines;
use crate::disk_threads::{DiskThreads, LostThreads};
use crate::filesystem::Files;
use crate::granted;
use crate::http::Http;
use crate::http::client::Client;
use crate::http::notes::Notes;
use crate::kept::{Keeping, Kept};
use crate::memory::{Budget, MemoryLimit};
use crate::metric_names::MetricNames;
use crate::note::Note;
use crate::per_second::PerSecond;
use crate::quota::Quotas;
use crate::random::Numbers;
use crate::secrets::{Masks, Secrets, resolve};
use crate::share::Shares;
use crate::stdio::StderrTail;
use crate::task_log::TaskLog;
use crate::task_usage::TaskUsages;
use crate::{LogLevel, TaskSink, wasi};

/// The host's side of an instance.
pub(crate) struct State {
    pub(crate) cpu: Arc<CpuMeter>,
    pub(crate) memory: MemoryLimit,
    pub(crate) stderr: StderrTail,
    pub(crate) random: Arc<Mutex<PerSecond>>,
    pub(crate) numbers: Numbers,
    pub(crate) clock: Clocks,
    pub(crate) files: Files,
    /// What is logged by it and for it.
    pub(crate) log: Arc<TaskLog>,
    /// Whether what it prints is shown.
    shows_output: bool,
    /// What its task keeps.
    pub(crate) kept: Kept,
    config: Value,
    sink: Arc<dyn TaskSink>,
    metric_names: MetricNames,
    wasi: WasiCtx,
    http: Http,
    resources: ResourceTable,
}

/// What an instance is given, whichever world it is of.
pub(crate) struct Surroundings<'a> {
    pub(crate) config: &'a Value,
    pub(crate) limits: &'a Limits,
    /// That of all instances of the process.
    pub(crate) memory: &'a Arc<Budget>,
    pub(crate) grants: &'a Grants,
    pub(crate) base_dir: &'a std::path::Path,
    pub(crate) sink: &'a Arc<dyn TaskSink>,
    pub(crate) secrets: &'a Secrets,
    /// Whose instance it is, for its random numbers: see [`crate::random::seed_of`].
    pub(crate) seed: [u8; 32],
    /// What it may keep.
    pub(crate) keeping: Keeping<'a>,
    /// Those of the process.
    pub(crate) quotas: &'a Quotas,
    /// Likewise.
    pub(crate) lost_threads: &'a LostThreads,
    /// What tasks have used of their limits.
    pub(crate) usages: &'a TaskUsages,
    /// Those of the process; `None` in a simulation.
    pub(crate) shares: Option<&'a Arc<Shares>>,
    /// What servers are called with; `None` in a simulation.
    pub(crate) client: Option<&'a Arc<Client>>,
    /// Where the lines of its component are known, if it has debug information.
    pub(crate) lines: Option<&'a Lines>,
    /// What the builder of its component has noted.
    pub(crate) note: &'a Arc<Note>,
}

impl State {
    /// # Errors
    /// If a granted folder cannot be opened, or a secret is not there.
    pub(crate) async fn new(given: &Surroundings<'_>) -> Result<Self, String> {
        let resolved = resolve(given.secrets, given.config, &given.grants.env)
            .map_err(|error| error.to_string())?;
        let masks = resolved.masks;
        let sink = Arc::clone(given.sink);
        let usage = given.usages.get(&sink, given.limits);
        let log = TaskLog::new(sink, masks.clone(), Arc::clone(&usage.log));
        let log = Arc::new(log);
        let stderr = StderrTail::new(masks.clone());
        let wasi = wasi::context(given, &resolved.env, &log, stderr.clone());
        let files = files(given, &masks).await?;
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(usize::try_from(given.limits.resources).unwrap_or(usize::MAX));
        Ok(Self {
            cpu: Arc::default(),
            memory: MemoryLimit::new(given.limits.memory, Arc::clone(given.memory)),
            stderr,
            random: Arc::clone(&usage.random),
            numbers: Numbers::new(given.grants.random, given.seed),
            clock: Clocks::new(given.grants.clock),
            files,
            log,
            shows_output: given.grants.stdout,
            kept: Kept::new(&given.keeping, given.limits.output_bytes),
            config: resolved.config,
            sink: Arc::clone(given.sink),
            metric_names: MetricNames::default(),
            wasi,
            http: Http::new(
                given.grants.http.as_ref(),
                given.limits,
                given.client,
                &usage,
                &masks,
            ),
            resources,
        })
    }

    /// A call went well: if it has written to standard error, nobody sees that. Of one that did
    /// not, the error has it.
    pub(crate) fn tell_of_discarded_errors(&self) {
        if !self.shows_output && !self.stderr.is_empty() {
            self.log.output_is_discarded();
        }
    }

    /// The whole configuration as JSON text; `{}` if there is none.
    pub(crate) fn config_text(&self) -> String {
        match &self.config {
            Value::Null => "{}".to_owned(),
            config => config.to_string(),
        }
    }

    /// The configuration under this key as JSON text.
    pub(crate) fn config_value(&self, key: &str) -> Option<String> {
        self.config.get(key).map(Value::to_string)
    }

    /// What calls servers, and the table of everything that is open.
    pub(crate) fn http_and_resources(&mut self) -> (&mut Http, &mut ResourceTable) {
        (&mut self.http, &mut self.resources)
    }

    /// What was refused to the component since this was last asked. Each is logged.
    pub(crate) fn take_refused(&mut self) -> Vec<String> {
        let of_http = self.http.take_notes().into_iter();
        let of_files = self.files.take_notes().into_iter();
        let of_http = of_http.map(|note| ("http", note));
        let notes = of_http.chain(of_files.map(|note| ("files", note)));
        let mut refused = Vec::new();
        for (of, note) in notes {
            self.log.log(LogLevel::Warn, &format!("{of}: {note}"));
            refused.push(note);
        }
        refused
    }

    /// Adds to a counter, if its name is one that is kept.
    pub(crate) fn count(&mut self, name: &str, increment: u32) {
        if self.metric_names.admit(name) {
            self.sink.count(name, increment);
        }
    }

    /// Sets a gauge, likewise.
    pub(crate) fn gauge(&mut self, name: &str, value: f64) {
        if self.metric_names.admit(name) {
            self.sink.gauge(name, value);
        }
    }
}

/// Opens the folders that an instance is granted.
async fn files(given: &Surroundings<'_>, masks: &Masks) -> Result<Files, String> {
    let threads = DiskThreads::here();
    let (granted, open) = if given.grants.files.is_empty() {
        Default::default()
    } else {
        let open = given.lost_threads.of_instance(given.seed)?;
        (granted::open(given, &open, threads).await?, open)
    };
    let notes = Notes::new(masks.clone());
    Ok(Files::new(granted, open, threads, notes))
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.resources,
        }
    }
}
