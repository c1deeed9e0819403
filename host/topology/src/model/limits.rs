//! What a task may use. Always on; the topology file may change each.

use std::ops::RangeInclusive;
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

impl Limits {
    /// What `memory` may be set to: one page of WebAssembly to 64 GiB.
    pub const MEMORY: RangeInclusive<u64> = 64 << 10..=64 << 30;
    /// What `call_time` may be set to: 1 ms to 1 h.
    pub const CALL_TIME: RangeInclusive<Duration> =
        Duration::from_millis(1)..=Duration::from_secs(3600);
    /// What `output_bytes` may be set to: 1 KiB to 1 GiB. (Offsets of text have
    /// 32 bits.)
    pub const OUTPUT_BYTES: RangeInclusive<u64> = 1 << 10..=1 << 30;
    /// What `log_bytes` may be set to: none to 1 GiB.
    pub const LOG_BYTES: RangeInclusive<u64> = 0..=1 << 30;
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
