//! An instance of a spout.
//!
//! What a call changes in the state of its task is stored before the call is over: what it
//! returned needs no further check.

use std::fmt;

use stormcell_topology::OutputStream;

use crate::instance::Instance;
use crate::v0_1::context::{Parts, TaskLists};
use crate::v0_1::exports::spout_task::Guest;
use crate::v0_1::outcome;
use crate::wait::TimeUsed;
use crate::{CallError, CloseReason, SpoutOutcome, TaskSpec};

/// A prepared instance of a spout. After a fault it is dead.
pub struct SpoutInstance {
    instance: Instance,
    guest: Guest,
    outputs: Vec<OutputStream>,
}

/// Makes a call that returns nothing but perhaps an error, and stores what it changed in the
/// state of its task.
macro_rules! call {
    ($self:ident, $($call:tt)*) => {
        match returned!($self, $($call)*) {
            Ok(()) => Ok($self.instance.commit().await?),
            Err(error) => Err(error),
        }
    };
}

/// Makes a call; what it returns.
macro_rules! returned {
    ($self:ident, $name:literal, $method:ident $(, $argument:expr)*) => {{
        $self.instance.begin($name)?;
        let call = $self.guest.$method(&mut $self.instance.store $(, $argument)*);
        let result = $self.instance.bounds.run(call).await;
        let returned = $self.instance.finish(result).await?;
        $self.instance.returned(returned)
    }};
}

impl SpoutInstance {
    /// The time that its last call has used.
    pub fn time_used(&self) -> TimeUsed {
        self.instance.bounds.used()
    }

    pub(crate) async fn prepare(
        instance: Instance,
        guest: Guest,
        spec: &TaskSpec,
    ) -> Result<Self, CallError> {
        let mut spout = Self {
            instance,
            guest,
            outputs: spec.outputs.clone(),
        };
        let parts = Parts::of_task(spec);
        let lists = TaskLists::new(spec, &parts);
        call!(spout, "prepare", call_prepare, lists.context(spec))?;
        Ok(spout)
    }

    /// Tells it that its topology is active.
    ///
    /// # Errors
    /// What the component returned, or the fault that ended the instance.
    pub async fn activate(&mut self) -> Result<(), CallError> {
        call!(self, "activate", call_activate)
    }

    /// Tells it that its topology is no longer active.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn deactivate(&mut self) -> Result<(), CallError> {
        call!(self, "deactivate", call_deactivate)
    }

    /// Asks for up to `max_rows` rows.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn next(&mut self, max_rows: u32) -> Result<SpoutOutcome, CallError> {
        let returned = returned!(self, "next", call_next, max_rows)?;
        let bounds = outcome::Bounds {
            call: "next",
            outputs: &self.outputs,
            limits: self.instance.limits(),
            max_rows: Some(max_rows),
            masks: self.instance.masks(),
        };
        let outcome = outcome::spout(returned, &bounds);
        self.instance.bounds.checked();
        let outcome = outcome.map_err(|fault| self.instance.kill(fault))?;
        self.instance.commit().await?;
        Ok(outcome)
    }

    /// Rows whose trees are complete, by their ids.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn acked(&mut self, ids: &[u64]) -> Result<(), CallError> {
        call!(self, "acked", call_acked, bytemuck::cast_slice(ids))
    }

    /// Rows whose trees failed or timed out, by their ids.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn failed(&mut self, ids: &[u64]) -> Result<(), CallError> {
        call!(self, "failed", call_failed, bytemuck::cast_slice(ids))
    }

    /// The last call.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn close(&mut self, reason: CloseReason) -> Result<(), CallError> {
        call!(self, "close", call_close, reason.into())
    }

    /// The bytes of its linear memories and tables.
    pub fn memory(&self) -> u64 {
        self.instance.memory()
    }
}

impl fmt::Debug for SpoutInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpoutInstance").finish_non_exhaustive()
    }
}
