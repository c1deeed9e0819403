//! An instance of a bolt.

use std::fmt;

use stormcell_batch::Schema;
use stormcell_topology::{OutputStream, TextForm};

use crate::instance::Instance;
use crate::v0_1::context::{Parts, TaskLists};
use crate::v0_1::exports::bolt_task::Guest;
use crate::v0_1::wit::types::{Batch, Outcome};
use crate::v0_1::{lower, outcome};
use crate::wait::{OutOfTime, TimeUsed};
use crate::{BoltOutcome, CallError, CloseReason, Fault, FaultKind, InputBatch, TaskSpec};

/// A prepared instance of a bolt. After a fault it is dead.
pub struct BoltInstance {
    instance: Instance,
    guest: Guest,
    inputs: Vec<Schema>,
    outputs: Vec<OutputStream>,
    text_form: TextForm,
}

impl BoltInstance {
    /// The time that its last call has used.
    pub fn time_used(&self) -> TimeUsed {
        self.instance.bounds.used()
    }

    /// Whether it wanted more memory in its last call than it may have. Where that is an
    /// exception, the call goes on and fails the row at which it came to that.
    pub fn lacked_memory(&self) -> bool {
        self.instance.lacked_memory()
    }

    pub(crate) async fn prepare(
        mut instance: Instance,
        guest: Guest,
        spec: &TaskSpec,
    ) -> Result<Self, CallError> {
        instance.begin("prepare")?;
        let parts = Parts::of_task(spec);
        let lists = TaskLists::new(spec, &parts);
        let call = guest.call_prepare(&mut instance.store, lists.context(spec));
        let result = instance.bounds.run(call).await;
        let returned = instance.finish(result).await?;
        instance.returned(returned)?;
        Ok(Self {
            instance,
            guest,
            inputs: spec
                .inputs
                .iter()
                .map(|input| input.schema.clone())
                .collect(),
            outputs: spec.outputs.clone(),
            text_form: spec.text_form,
        })
    }

    /// Has it work on rows: at least one batch, each of at least one row.
    ///
    /// # Errors
    /// What the component returned, or the fault that ended the instance.
    pub async fn execute(&mut self, batches: &[InputBatch]) -> Result<BoltOutcome, CallError> {
        let mut prepared = Vec::with_capacity(batches.len());
        for batch in batches {
            let schema = self.inputs.get(batch.input as usize);
            let schema = schema.ok_or_else(|| wrong_input(batch.input, self.inputs.len()))?;
            lower::prepare(schema, &batch.columns, self.text_form, &mut prepared)
                .map_err(not_of_schema)?;
        }
        let views = lower::views(&prepared);
        let mut rest = views.as_slice();
        let mut lowered = Vec::with_capacity(batches.len());
        for batch in batches {
            let (columns, next) = rest
                .split_at_checked(batch.columns.arrays().len())
                .unwrap_or((rest, &[]));
            rest = next;
            lowered.push(Batch {
                input: batch.input,
                source_task: batch.source_task,
                first_row: batch.first_row,
                rows: u32::try_from(batch.columns.rows()).unwrap_or(u32::MAX),
                columns,
            });
        }
        self.instance.begin("execute")?;
        let call = self.guest.call_execute(&mut self.instance.store, &lowered);
        let result = self.instance.bounds.run(call).await;
        self.outcome("execute", result).await
    }

    /// Ticks it; `now_micros` in microseconds since the Unix epoch.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub async fn tick(&mut self, now_micros: u64) -> Result<BoltOutcome, CallError> {
        self.instance.begin("tick")?;
        let call = self.guest.call_tick(&mut self.instance.store, now_micros);
        let result = self.instance.bounds.run(call).await;
        self.outcome("tick", result).await
    }

    /// The last call.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub async fn close(&mut self, reason: CloseReason) -> Result<BoltOutcome, CallError> {
        self.instance.begin("close")?;
        self.instance.in_one_go();
        let call = self
            .guest
            .call_close(&mut self.instance.store, reason.into());
        let result = self.instance.bounds.run(call).await;
        self.outcome("close", result).await
    }

    /// Stores what the last call has changed in the state of its task: to be called when
    /// what it returned was found to be in order, before anything of it is carried out; and
    /// before the first call, for what it changed when it was prepared. Without this it is
    /// forgotten when the next call begins.
    ///
    /// # Errors
    /// A fault of the kind [`FaultKind::State`] if it cannot be stored: then nothing of it
    /// is, and the instance is dead.
    pub async fn commit(&mut self) -> Result<(), Fault> {
        self.instance.commit().await
    }

    /// The bytes of its linear memories and tables.
    pub fn memory(&self) -> u64 {
        self.instance.memory()
    }

    async fn outcome(
        &mut self,
        call: &'static str,
        result: Result<wasmtime::Result<Result<Outcome, String>>, OutOfTime>,
    ) -> Result<BoltOutcome, CallError> {
        let returned = self.instance.finish(result).await?;
        let returned = self.instance.returned(returned)?;
        let bounds = outcome::Bounds {
            call,
            outputs: &self.outputs,
            limits: self.instance.limits(),
            max_rows: None,
            masks: self.instance.masks(),
        };
        let outcome = outcome::bolt(returned, &bounds);
        self.instance.bounds.checked();
        Ok(outcome.map_err(|fault| self.instance.kill(fault))?)
    }
}

impl fmt::Debug for BoltInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoltInstance").finish_non_exhaustive()
    }
}

/// A mistake of the host's own: the instance has not been called and lives.
fn wrong_input(input: u32, inputs: usize) -> Fault {
    not_of_schema(format!(
        "a batch of input {input} was given, there are {inputs}"
    ))
}

pub(crate) fn not_of_schema(message: String) -> Fault {
    Fault::new(FaultKind::InvalidInput, message)
}
