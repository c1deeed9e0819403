//! Stopping a build from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::BuildError;

/// Stops a build: programs that it runs are killed, and it returns
/// [`BuildError::Cancelled`] within a tenth of a second. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops the build; there is no way back.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`BuildError::Cancelled`] if the build is to stop.
    pub fn check(&self) -> Result<(), BuildError> {
        if self.is_cancelled() {
            Err(BuildError::Cancelled)
        } else {
            Ok(())
        }
    }
}
