//! What stops a guest that computes.
//!
//! A thread advances the engine's epoch every [`TICK`]. A guest that is running
//! then stops at its next loop or call, its slice is counted, and it gives way to
//! the other tasks of its thread.
//!
//! 2 ms: short enough that a guest which computes for long delays the others by
//! no more than their own calls take; long enough that 500 wake-ups a second cost
//! less than half a percent of a core.

use std::time::Duration;

use wasmtime::Engine;

use crate::SandboxError;

/// How long one slice is.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// Starts the thread. It ends when the engine is dropped everywhere.
pub(crate) fn start(engine: &Engine) -> Result<(), SandboxError> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("stormcell-ticker".to_owned())
        .spawn(move || {
            loop {
                std::thread::sleep(TICK);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })
        .map(drop)
        .map_err(SandboxError::Ticker)
}
