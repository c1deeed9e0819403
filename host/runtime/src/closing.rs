//! How long closing the tasks of a topology may take.

use std::time::Duration;

use stormcell_topology::Topology;
use stormcell_topology::units::Period;

/// How long it takes at most, unless a component may take longer for one call.
const CLOSING: Duration = Duration::from_secs(10);
/// When that is over, some component has taken it all. Those that were not asked to close
/// yet, because they are farther down, are asked then, all at once, and may take so long.
pub(crate) const LAST_CALL: Duration = Duration::from_secs(1);

/// How long closing all tasks of a topology that is stopped may take: as long as the longest
/// call that one of its components is allowed, and no less than [`CLOSING`].
pub(crate) fn limit(topology: &Topology) -> Duration {
    let calls = topology.components().iter().map(|component| {
        let limits = &component.limits;
        limits.call_time.saturating_add(limits.host_time)
    });
    calls.max().unwrap_or_default().max(CLOSING)
}

/// What is said of a task that had not closed when that was over.
pub(crate) fn late(limit: Duration) -> String {
    format!(
        "it had not closed when closing the topology had taken {}, and was ended: what it still \
         held, and would have emitted, is lost. Look at what it does in `close` and with its \
         last rows; to give it longer, raise its `limits: {{call-time: ...}}`",
        Period::new(limit)
    )
}
