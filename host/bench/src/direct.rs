//! Components that are called through the sandbox on this thread, without a runtime
//! around them: what a call costs, and nothing else.
//!
//! Rows are lowered, and what comes back is lifted and checked, exactly as in a task.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use stormcell_batch::{Columns, Schema};
use stormcell_build::BuildEnv;
use stormcell_sandbox::{
    BoltInstance, BoltOutcome, CloseReason, Component, InputBatch, InputStream, LogLevel, Sandbox,
    SandboxConfig, Secrets, SpoutInstance, SpoutOutcome, TaskSink, TaskSpec,
};
use stormcell_topology::{Grants, Limits};

use crate::BenchError;

/// The task that rows come from.
const SOURCE_TASK: u32 = 2;

/// Loads components and waits for their calls.
pub(crate) struct Direct {
    runtime: tokio::runtime::Runtime,
    sandbox: Sandbox,
}

impl Direct {
    /// A sandbox of its own, which shares the cache of compiled components.
    ///
    /// # Errors
    /// [`BenchError::Component`] if there can be none on this machine.
    pub(crate) fn new(build: &BuildEnv) -> Result<Self, BenchError> {
        let failed = |what: String| BenchError::Component {
            component: "the sandbox".to_owned(),
            what,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let sandbox = Sandbox::new(SandboxConfig {
            cache_dir: Some(build.cache_dir()),
            ..SandboxConfig::default()
        })
        .map_err(|error| failed(error.to_string()))?;
        Ok(Self { runtime, sandbox })
    }

    /// A prepared bolt with one input.
    ///
    /// # Errors
    /// [`BenchError::Component`] if it cannot be loaded or prepared.
    pub(crate) fn bolt(
        &self,
        file: &Path,
        input: Schema,
        limits: Limits,
    ) -> Result<DirectBolt<'_>, BenchError> {
        let failed = |what: String| failed(file, what);
        self.runtime.block_on(async {
            let component = self.load(file).await?;
            let inputs = vec![InputStream {
                component: "source".to_owned(),
                stream: "default".to_owned(),
                schema: input,
            }];
            let spec = spec(&component, inputs, Value::Null, limits)
                .await
                .map_err(failed)?;
            let instance = component.bolt(&spec).await;
            Ok(DirectBolt {
                direct: self,
                file: file.to_owned(),
                instance: instance.map_err(|error| failed(error.to_string()))?,
                first_row: 0,
            })
        })
    }

    /// A prepared spout.
    ///
    /// # Errors
    /// [`BenchError::Component`] if it cannot be loaded or prepared.
    pub(crate) fn spout(&self, file: &Path, config: Value) -> Result<DirectSpout<'_>, BenchError> {
        let failed = |what: String| failed(file, what);
        self.runtime.block_on(async {
            let component = self.load(file).await?;
            let spec = spec(&component, Vec::new(), config, Limits::default())
                .await
                .map_err(failed)?;
            let instance = component.spout(&spec).await;
            Ok(DirectSpout {
                direct: self,
                file: file.to_owned(),
                instance: instance.map_err(|error| failed(error.to_string()))?,
            })
        })
    }

    async fn load(&self, file: &Path) -> Result<Arc<Component>, BenchError> {
        let component = self.sandbox.load(file).await;
        component.map_err(|error| failed(file, error.to_string()))
    }
}

/// A task of a component that says of itself what it emits.
async fn spec(
    component: &Component,
    inputs: Vec<InputStream>,
    config: Value,
    limits: Limits,
) -> Result<TaskSpec, String> {
    let description = component
        .describe()
        .await
        .map_err(|error| error.to_string())?;
    Ok(TaskSpec {
        topology: "bench".to_owned(),
        component: "component".to_owned(),
        task: 1,
        task_index: 0,
        task_count: 1,
        inputs,
        outputs: description.outputs,
        components: vec![
            ("component".to_owned(), vec![1]),
            ("source".to_owned(), vec![SOURCE_TASK]),
        ]
        .into(),
        config,
        limits,
        grants: Grants::default(),
        secrets: Secrets::default(),
        text_form: description.text_form,
        base_dir: PathBuf::new(),
        sink: Arc::new(Silent),
        state: None,
    })
}

/// A bolt that is called directly.
pub(crate) struct DirectBolt<'a> {
    direct: &'a Direct,
    file: PathBuf,
    instance: BoltInstance,
    first_row: u32,
}

impl DirectBolt<'_> {
    /// One call for each batch, in turn; what each returns goes to `take`.
    ///
    /// # Errors
    /// [`BenchError::Component`] if a call fails.
    pub(crate) fn execute<'b>(
        &mut self,
        batches: impl IntoIterator<Item = &'b Columns>,
        mut take: impl FnMut(BoltOutcome),
    ) -> Result<(), BenchError> {
        let Self {
            direct,
            file,
            instance,
            first_row,
        } = self;
        direct.runtime.block_on(async {
            for columns in batches {
                let rows = columns.rows() as u32;
                let batch = InputBatch {
                    input: 0,
                    source_task: SOURCE_TASK,
                    first_row: *first_row,
                    columns: columns.clone(),
                };
                *first_row = first_row.wrapping_add(rows);
                let outcome = instance.execute(&[batch]).await;
                take(outcome.map_err(|error| failed(file, error.to_string()))?);
            }
            Ok(())
        })
    }

    /// The handle of the first row of the next call.
    pub(crate) fn next_row(&self) -> u32 {
        self.first_row
    }

    /// The last call.
    ///
    /// # Errors
    /// [`BenchError::Component`] if it fails.
    pub(crate) fn close(mut self) -> Result<BoltOutcome, BenchError> {
        let call = self.instance.close(CloseReason::Finished);
        let outcome = self.direct.runtime.block_on(call);
        outcome.map_err(|error| failed(&self.file, error.to_string()))
    }
}

/// A spout that is called directly.
pub(crate) struct DirectSpout<'a> {
    direct: &'a Direct,
    file: PathBuf,
    instance: SpoutInstance,
}

impl DirectSpout<'_> {
    /// Asks for up to so many rows.
    ///
    /// # Errors
    /// [`BenchError::Component`] if the call fails.
    pub(crate) fn next(&mut self, rows: u32) -> Result<SpoutOutcome, BenchError> {
        let outcome = self.direct.runtime.block_on(self.instance.next(rows));
        outcome.map_err(|error| failed(&self.file, error.to_string()))
    }
}

fn failed(file: &Path, what: String) -> BenchError {
    BenchError::Component {
        component: file.display().to_string(),
        what,
    }
}

/// Nobody listens: benchmarked components say nothing.
struct Silent;

impl TaskSink for Silent {
    fn log(&self, _: LogLevel, _: &str) {}
    fn stdout(&self, _: &[u8]) {}
    fn stderr(&self, _: &[u8]) {}
    fn count(&self, _: &str, _: u32) {}
    fn gauge(&self, _: &str, _: f64) {}
}
