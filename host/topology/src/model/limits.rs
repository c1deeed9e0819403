//! What a task may use. Always on; the topology file may change each.

use std::time::Duration;

use serde::Serialize;

/// What a task may use. [`Limits::default`] is what holds where the topology
/// file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Bytes of all its linear memories and tables together. Default 128 MiB.
    pub memory: u64,
    /// Time that one call may compute. Default 5 s.
    pub call_time: Duration,
    /// Rows that one call may return. Default 1,000,000.
    pub output_rows: u64,
    /// Bytes that one call may return. Default 64 MiB.
    pub output_bytes: u64,
    /// Bytes that it may log a second; more are dropped. Default 64 KiB.
    pub log_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 128 << 20,
            call_time: Duration::from_secs(5),
            output_rows: 1_000_000,
            output_bytes: 64 << 20,
            log_bytes: 64 << 10,
        }
    }
}
