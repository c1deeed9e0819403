//! What a task may use. Always on; the topology file may change each.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Serialize;

/// What a task may use. [`Limits::default`] is what holds where the topology
/// file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Bytes of all its linear memories and tables together. Default 128 MiB.
    pub memory: u64,
    /// Bytes of the host's memory that the rows of all tasks of the component may take
    /// in one process: those that wait for them, that they work on or keep, and, of a
    /// spout, that are pending. Default 1 GiB.
    pub row_memory: u64,
    /// Time that one call may compute. Default 5 s.
    pub call_time: Duration,
    /// Time that one call may wait for the host: for files, clocks and the like.
    /// Default 5 s.
    pub host_time: Duration,
    /// How much of a core it may compute, over a tenth of a second and longer. What is
    /// above waits. Default: a whole core.
    pub cpu_share: CpuShare,
    /// Rows that one call may return. Default 1,000,000.
    pub output_rows: u64,
    /// Bytes that one call may return. Default 64 MiB.
    pub output_bytes: u64,
    /// Bytes of one text, byte string or JSON document that it emits. Default 16 MiB.
    pub value_bytes: u64,
    /// How deep lists and objects may be nested in a JSON document that it emits.
    /// Default 128.
    pub json_depth: u32,
    /// Bytes that it may log a second; more are dropped. Default 64 KiB.
    pub log_bytes: u64,
    /// Random bytes that it may ask the host for in a second. Default 16 MiB.
    pub random_bytes: u64,
    /// Files, folders, streams and the like that it may have open at a time.
    /// Default 512.
    pub resources: u32,
    /// Connections over HTTP that it may have at a time. Default 16.
    pub http_connections: u32,
    /// HTTP requests that it may make in a second; the next one waits. Default 100.
    pub http_requests: u32,
    /// Bytes that it may send and receive over all its connections in a second; what is
    /// above waits. Default 16 MiB.
    pub http_bytes: u64,
    /// Bytes of the body of one HTTP request. Default 16 MiB.
    pub http_request_bytes: u64,
    /// Bytes of the body of one response to it. Default 16 MiB.
    pub http_response_bytes: u64,
}

impl Limits {
    /// What `memory` may be set to: one page of WebAssembly to 64 GiB.
    pub const MEMORY: RangeInclusive<u64> = 64 << 10..=64 << 30;
    /// What `row_memory` may be set to: 64 KiB to 64 GiB.
    pub const ROW_MEMORY: RangeInclusive<u64> = 64 << 10..=64 << 30;
    /// What `call_time` and `host_time` may be set to: 1 ms to 1 h.
    pub const CALL_TIME: RangeInclusive<Duration> =
        Duration::from_millis(1)..=Duration::from_secs(3600);
    /// What `output_bytes` may be set to: 1 KiB to 1 GiB. (Offsets of text have
    /// 32 bits.)
    pub const OUTPUT_BYTES: RangeInclusive<u64> = 1 << 10..=1 << 30;
    /// What `value_bytes` may be set to: 1 byte to 1 GiB.
    pub const VALUE_BYTES: RangeInclusive<u64> = 1..=1 << 30;
    /// What `log_bytes` may be set to: none to 1 GiB.
    pub const LOG_BYTES: RangeInclusive<u64> = 0..=1 << 30;
    /// What `random_bytes` may be set to: 1 KiB, so that languages which draw seeds
    /// when they start can start, to 1 GiB.
    pub const RANDOM_BYTES: RangeInclusive<u64> = 1 << 10..=1 << 30;
    /// What `http_bytes`, `http_request_bytes` and `http_response_bytes` may be set to:
    /// 1 KiB to 64 GiB.
    pub const HTTP_BYTES: RangeInclusive<u64> = 1 << 10..=64 << 30;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 128 << 20,
            row_memory: 1 << 30,
            call_time: Duration::from_secs(5),
            host_time: Duration::from_secs(5),
            cpu_share: CpuShare::WHOLE,
            output_rows: 1_000_000,
            output_bytes: 64 << 20,
            value_bytes: 16 << 20,
            json_depth: 128,
            log_bytes: 64 << 10,
            random_bytes: 16 << 20,
            resources: 512,
            http_connections: 16,
            http_requests: 100,
            http_bytes: 16 << 20,
            http_request_bytes: 16 << 20,
            http_response_bytes: 16 << 20,
        }
    }
}

/// A part of one core, in thousandths: 0.01 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "f64")]
pub struct CpuShare(u16);

impl CpuShare {
    /// A whole core: more a task never has, since it computes one call at a time.
    pub const WHOLE: Self = Self(1_000);
    /// A hundredth of a core. With less a call would take minutes to use up its
    /// computing time.
    pub const SMALLEST: Self = Self(10);

    /// This part of a core, rounded to thousandths, and to the nearest that is allowed.
    #[must_use]
    pub fn of_a_core(part: f64) -> Self {
        // A number that is none becomes the smallest share.
        let thousandths = (part * 1_000.0).round() as u16;
        Self(thousandths.clamp(Self::SMALLEST.0, Self::WHOLE.0))
    }

    /// The part in thousandths of a core: 10 to 1,000.
    pub const fn thousandths(self) -> u16 {
        self.0
    }
}

impl From<CpuShare> for f64 {
    fn from(share: CpuShare) -> Self {
        Self::from(share.0) / 1_000.0
    }
}

/// As it is written in a topology file: `0.25`.
impl fmt::Display for CpuShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_part_of_a_core() {
        for (part, thousandths, shown) in [
            (1.0, 1_000, "1"),
            (0.25, 250, "0.25"),
            (0.0104, 10, "0.01"),
            (0.0, 10, "0.01"),
            (-3.0, 10, "0.01"),
            (f64::NAN, 10, "0.01"),
            (f64::INFINITY, 1_000, "1"),
        ] {
            let share = CpuShare::of_a_core(part);
            assert_eq!(share.thousandths(), thousandths, "{part}");
            assert_eq!(share.to_string(), shown);
        }
    }
}
