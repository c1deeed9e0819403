//! From the start of the command until the first row is acked, with everything built and
//! compiled before.
//!
//! The topology goes on for a while after that, so that its memory can be seen.

use std::time::Duration;

use serde_json::{Value, json};

use super::components::Components;
use super::first_row;
use crate::{BenchError, Quantity, Sample, Shape, Surroundings};

/// The components that it needs.
pub(super) const COMPONENTS: [&str; 3] = ["keys", "identity", "null"];

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How long it stays, which is some looks at its memory.
const STAYS: Duration = Duration::from_millis(200);

/// One start.
///
/// # Errors
/// [`BenchError`] if it fails.
pub(super) fn run(
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let topology = topology(components)?;
    let mut running = first_row::wait(Shape::ColdStart, &topology, LIMIT, surroundings)?;
    let start = running.started().elapsed();
    std::thread::sleep(STAYS);
    running.check()?;
    let memory = running.stop(LIMIT)?.usage.peak_memory;
    Ok(Sample::default()
        .with(Quantity::Start, start.as_secs_f64() * 1e3)
        .with(Quantity::PeakMemory, memory as f64 / f64::from(1 << 20)))
}

fn topology(components: &Components) -> Result<Value, BenchError> {
    Ok(json!({
        "name": "cold-start",
        "config": { "acking": true },
        "spouts": [{
            "id": "keys",
            "component": components.file("keys")?,
            "config": { "keys": 1, "rows": 1, "stays": true },
            "grants": { "stdout": true },
        }],
        "bolts": [
            { "id": "identity", "component": components.file("identity")? },
            { "id": "null", "component": components.file("null")? },
        ],
        "streams": [
            { "from": "keys", "to": "identity", "grouping": { "type": "shuffle" } },
            { "from": "identity", "to": "null", "grouping": { "type": "shuffle" } },
        ],
    }))
}
