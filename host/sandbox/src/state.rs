//! What the host keeps for one instance: the data of its store.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use stormcell_topology::{Grants, Limits};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::cpu::CpuMeter;
use crate::log_budget::{LogBudget, line};
use crate::memory::MemoryLimit;
use crate::metric_names::MetricNames;
use crate::per_second::PerSecond;
use crate::share::Shares;
use crate::stdio::StderrTail;
use crate::{LogLevel, TaskSink, wasi};

/// The host's side of an instance.
pub(crate) struct State {
    pub(crate) cpu: Arc<CpuMeter>,
    pub(crate) memory: MemoryLimit,
    pub(crate) stderr: StderrTail,
    pub(crate) random: PerSecond,
    config: Value,
    sink: Arc<dyn TaskSink>,
    log: LogBudget,
    metric_names: MetricNames,
    wasi: WasiCtx,
    resources: ResourceTable,
}

/// What an instance is given, whichever world it is of.
pub(crate) struct Surroundings<'a> {
    pub(crate) config: &'a Value,
    pub(crate) limits: &'a Limits,
    pub(crate) grants: &'a Grants,
    pub(crate) base_dir: &'a std::path::Path,
    pub(crate) sink: &'a Arc<dyn TaskSink>,
    /// Those of the process; `None` in a simulation.
    pub(crate) shares: Option<&'a Arc<Shares>>,
}

impl State {
    /// # Errors
    /// If a granted folder cannot be opened.
    pub(crate) fn new(given: &Surroundings<'_>) -> Result<Self, String> {
        let stderr = StderrTail::default();
        let wasi = wasi::context(given.grants, given.base_dir, given.sink, stderr.clone())?;
        let mut resources = ResourceTable::new();
        resources.set_max_capacity(usize::try_from(given.limits.resources).unwrap_or(usize::MAX));
        Ok(Self {
            cpu: Arc::default(),
            memory: MemoryLimit::new(given.limits.memory),
            stderr,
            random: PerSecond::new(given.limits.random_bytes),
            config: given.config.clone(),
            sink: Arc::clone(given.sink),
            log: LogBudget::new(given.limits.log_bytes),
            metric_names: MetricNames::default(),
            wasi,
            resources,
        })
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

    /// Logs a line, if the budget allows.
    pub(crate) fn log(&mut self, level: LogLevel, message: &str) {
        let line = line(message);
        if self.log.admit(line.len(), Instant::now()) {
            if let Some(notice) = self.log.take_notice() {
                self.sink.log(LogLevel::Warn, &notice);
            }
            self.sink.log(level, &line);
        }
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

impl Drop for State {
    fn drop(&mut self) {
        if let Some(notice) = self.log.take_notice() {
            self.sink.log(LogLevel::Warn, &notice);
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.resources,
        }
    }
}
