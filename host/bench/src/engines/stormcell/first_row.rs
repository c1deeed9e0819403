//! Runs that are watched from their first acked row on.
//!
//! The spout (`components/keys`) prints a line when that row is acked; what counts is when
//! the line arrives here.

use std::time::Duration;

use serde_json::Value;

use super::{binary, throughput};
use crate::{BenchError, Running, Shape, Surroundings};

/// Ten thousand tasks touch far less than they may.
const MEMORY: &str = "32GiB";

/// Starts the topology and returns as soon as its first row is acked. The limit is for
/// that, and for the whole run.
///
/// # Errors
/// [`BenchError`] if it fails, or no row is acked in time.
pub(super) fn wait(
    shape: Shape,
    topology: &Value,
    limit: Duration,
    surroundings: &Surroundings,
) -> Result<Running, BenchError> {
    let file = throughput::write(shape, topology, surroundings)?;
    let mut running = binary(surroundings)
        .arg("run")
        .arg(&file)
        .arg("--quiet")
        .args(["--memory", MEMORY])
        .limit(limit)
        .start()?;
    running.line_where(limit, |line| line == "first")?;
    Ok(running)
}
