//! What the JVM of a run says, a line of JSON an event.

use serde::Deserialize;

/// Something that has just happened.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Event {
    /// The first row is wholly processed.
    FirstRow,
    /// The window starts.
    WindowStarts,
    /// The window has ended.
    WindowEnds,
    /// A worker was killed.
    WorkerKilled,
    /// The run is over.
    Result(Outcome),
}

/// What a run has measured.
#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    /// How many rows failed, from the start on.
    pub(super) failed: u64,
    /// The errors that tasks reported to nimbus.
    pub(super) errors: Vec<String>,
    /// The rows of the window; none if there was no window.
    #[serde(flatten)]
    pub(super) window: Option<Window>,
    /// How long rows took, if that was measured.
    #[serde(flatten)]
    pub(super) latencies: Option<Latencies>,
    /// What happened after a worker was killed, if one was.
    #[serde(flatten)]
    pub(super) recovery: Option<Recovery>,
}

/// The rows of the window.
#[derive(Debug, Deserialize)]
pub(super) struct Window {
    /// How many were wholly processed in it.
    pub(super) rows: u64,
    /// How long it was.
    pub(super) seconds: f64,
}

/// How long rows took, ns.
#[derive(Debug, Deserialize)]
pub(super) struct Latencies {
    /// Of how many rows.
    pub(super) latency_rows: u64,
    /// Half of them took at most so long.
    pub(super) p50_ns: u64,
    /// 99 % of them.
    pub(super) p99_ns: u64,
    /// 99.9 % of them.
    pub(super) p999_ns: u64,
    /// The longest.
    pub(super) max_ns: u64,
}

/// What happened after a worker was killed.
#[derive(Debug, Deserialize)]
pub(super) struct Recovery {
    /// Until a row was emitted again.
    pub(super) replay_ms: f64,
    /// Until all rows were acked that were in flight.
    pub(super) recovered_ms: f64,
}

/// The event of a line, if it is one.
pub(super) fn read(line: &str) -> Option<Event> {
    serde_json::from_str(line).ok()
}
