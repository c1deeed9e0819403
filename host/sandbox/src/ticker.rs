//! The clock that computing time is measured with.
//!
//! A thread advances the engine's epoch every [`TICK`]. A guest that is running
//! then stops at its next loop or call, its slice is counted, and it gives way to
//! the other tasks of its thread. Slices are counted and not the time that went
//! by, so that a guest is not killed because the machine was busy elsewhere.
//!
//! 2 ms: short enough that a guest which computes for long delays the others by
//! no more than their own calls take; long enough that 500 wake-ups a second cost
//! less than half a percent of a core.

use std::time::Duration;

use wasmtime::Engine;

use crate::SandboxError;

/// How long one slice is.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// How many slices make up this time: at least one, and one more because the
/// first is cut short by where in it the call began.
pub(crate) fn slices(time: Duration) -> u64 {
    let whole = time.as_micros().div_ceil(TICK.as_micros()).max(1);
    u64::try_from(whole).unwrap_or(u64::MAX).saturating_add(1)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_shorter_than_it_says() {
        for micros in [0, 1, 1_999, 2_000, 2_001, 5_000_000] {
            let time = Duration::from_micros(micros);
            let complete = u32::try_from(slices(time) - 1).unwrap_or(u32::MAX);
            assert!(TICK * complete >= time, "{time:?}");
        }
    }
}
