//! An instance of a spout.

use crate::{CallError, CloseReason, SpoutOutcome};

/// A prepared instance of a spout. After a fault it is dead.
#[derive(Debug)]
pub struct SpoutInstance {}

impl SpoutInstance {
    /// Tells it that its topology is active.
    ///
    /// # Errors
    /// What the component returned, or the fault that ended the instance.
    pub async fn activate(&mut self) -> Result<(), CallError> {
        todo!()
    }

    /// Tells it that its topology is no longer active.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn deactivate(&mut self) -> Result<(), CallError> {
        todo!()
    }

    /// Asks for up to `max_rows` rows.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn next(&mut self, max_rows: u32) -> Result<SpoutOutcome, CallError> {
        let _ = max_rows;
        todo!()
    }

    /// Rows whose trees are complete, by their ids.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn acked(&mut self, ids: &[u64]) -> Result<(), CallError> {
        let _ = ids;
        todo!()
    }

    /// Rows whose trees failed or timed out, by their ids.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn failed(&mut self, ids: &[u64]) -> Result<(), CallError> {
        let _ = ids;
        todo!()
    }

    /// The last call.
    ///
    /// # Errors
    /// As for [`Self::activate`].
    pub async fn close(&mut self, reason: CloseReason) -> Result<(), CallError> {
        let _ = reason;
        todo!()
    }
}
