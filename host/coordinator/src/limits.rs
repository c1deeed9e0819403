//! How long things may take.

use std::time::Duration;

/// How long a worker may be silent before it is ended: nothing heard of it, no
/// heartbeat, and no news of its end.
pub const HEARTBEAT_LIMIT: Duration = Duration::from_secs(5);

/// How long a process that was just started may take to connect.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// How long a worker may take to exit when it is told to.
pub(crate) const EXIT_LIMIT: Duration = Duration::from_secs(5);

/// Time between two events after which the supervisor itself must have stood still, so
/// that the silence of workers in it means nothing. Ticks come every 100 ms.
pub(crate) const STANDSTILL: Duration = Duration::from_secs(1);

/// The wait before the second restart of a worker that ends again and again; it doubles
/// with each. The first is at once.
pub(crate) const BACKOFF_FIRST: Duration = Duration::from_millis(100);

/// The longest wait before a restart.
pub(crate) const BACKOFF_MAX: Duration = Duration::from_secs(10);

/// A worker that works for so long is healthy: its earlier ends are forgotten.
pub(crate) const HEALTHY: Duration = Duration::from_secs(30);

/// The pause between two rounds of probes.
pub(crate) const PROBE_PAUSE: Duration = Duration::from_millis(20);

/// How long rows in flight may take to settle, if nobody says and the topology has no
/// message time-out.
pub(crate) const WAIT: Duration = Duration::from_secs(30);

/// How long each step of a rebalance, other than the first drain, may take before it is
/// taken back, and how long a topology that is stopped may take to close its tasks.
pub(crate) const CLOSE_LIMIT: Duration = Duration::from_secs(30);

/// How long the last heartbeats of workers are waited for when a topology has finished.
pub(crate) const REPORT_LIMIT: Duration = Duration::from_secs(2);

/// Rows that a component file on trial must have been given before it is judged.
pub(crate) const TRIAL_ROWS: u64 = 20;

/// Traps and exceeded limits of a component file on trial with which it is judged at once.
pub(crate) const TRIAL_FAULTS: u64 = 3;
