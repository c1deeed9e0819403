//! Very many tasks of one bolt in one process, of which few get rows.
//!
//! No spout emits before every task is prepared, so all instances exist when the first row
//! is acked. The spout prints a line then, and another one when the last row is acked; what
//! counts is when these arrive here.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::components::Components;
use super::{first_row, throughput};
use crate::{BenchError, Quantity, Sample, Shape, Surroundings};

/// The components that it needs.
pub(super) const COMPONENTS: [&str; 2] = ["keys", "null"];

/// Tasks of the bolt.
const TASKS: u64 = 10_000;
/// Different keys, each of which belongs to one task.
const KEYS: u64 = TASKS / 100;
/// Rows.
const ROWS: u64 = 2_000_000;
/// Of how many rows a quick run takes one.
const QUICK: u64 = 20;
/// How long it may take.
const LIMIT: Duration = Duration::from_secs(120);

/// One run.
///
/// # Errors
/// [`BenchError`] if it fails.
pub(super) fn run(
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let rows = if surroundings.quick {
        ROWS / QUICK
    } else {
        ROWS
    };
    let topology = topology(rows, components)?;
    let mut running = first_row::wait(Shape::Instances, &topology, LIMIT, surroundings)?;
    let first = Instant::now();
    let start = first.duration_since(running.started());
    running.line_where(LIMIT, |line| line == "last")?;
    let elapsed = first.elapsed();
    let finished = running.wait()?;
    let usage = finished.usage;
    let rate = rows as f64 / elapsed.as_secs_f64();
    let sample = throughput::sample(rate, rows, usage.cpu, usage.peak_memory);
    Ok(sample.with(Quantity::Start, start.as_secs_f64() * 1e3))
}

fn topology(rows: u64, components: &Components) -> Result<Value, BenchError> {
    Ok(json!({
        "name": "instances",
        "config": { "acking": true, "max-pending": 5_000 },
        "spouts": [{
            "id": "keys",
            "component": components.file("keys")?,
            "config": { "keys": KEYS, "rows": rows },
            "grants": { "stdout": true },
        }],
        "bolts": [
            {
                "id": "null",
                "component": components.file("null")?,
                "parallelism": TASKS,
                "limits": { "memory": "2MiB" },
            },
        ],
        "streams": [
            { "from": "keys", "to": "null", "grouping": { "type": "fields", "args": ["text"] } },
        ],
    }))
}
