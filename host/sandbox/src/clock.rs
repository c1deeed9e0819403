//! The clock that computing time is measured with.

use std::sync::LazyLock;
use std::time::Instant;

/// What all moments are counted from.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since the first time that somebody asked.
pub(crate) fn nanos() -> u64 {
    u64::try_from(BEGINNING.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
