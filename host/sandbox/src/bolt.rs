//! An instance of a bolt.

use crate::{BoltOutcome, CallError, CloseReason, InputBatch};

/// A prepared instance of a bolt. After a fault it is dead.
#[derive(Debug)]
pub struct BoltInstance {}

impl BoltInstance {
    /// Has it work on rows.
    ///
    /// # Errors
    /// What the component returned, or the fault that ended the instance.
    pub async fn execute(&mut self, batches: &[InputBatch]) -> Result<BoltOutcome, CallError> {
        let _ = batches;
        todo!()
    }

    /// Ticks it; `now` in microseconds since the epoch.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub async fn tick(&mut self, now_micros: u64) -> Result<BoltOutcome, CallError> {
        let _ = now_micros;
        todo!()
    }

    /// The last call.
    ///
    /// # Errors
    /// As for [`Self::execute`].
    pub async fn close(&mut self, reason: CloseReason) -> Result<BoltOutcome, CallError> {
        let _ = reason;
        todo!()
    }
}
