//! Whole topologies, each run twice: with few rows and with many.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Cost, Dimension};
use crate::{BenchError, Program, Surroundings, Usage, built};

/// How many times as many rows the second run has.
const TIMES: u64 = 4;

/// Of how many rows a quick run takes one.
const QUICK: u64 = 20;

/// How long a run may take.
const LIMIT: Duration = Duration::from_secs(300);

/// What a tuple costs: the difference of two runs.
pub(super) fn cost(
    dimension: Dimension,
    size: u64,
    surroundings: &Surroundings,
) -> Result<Cost, BenchError> {
    let many = match rows(dimension, size) {
        rows if surroundings.quick => rows / QUICK,
        rows => rows,
    };
    let few = many / TIMES;
    let first = run(dimension, size, few, surroundings)?;
    let second = run(dimension, size, many, surroundings)?;
    let [first_cpu, second_cpu] = [first, second].map(|usage| usage.cpu.as_secs_f64());
    let tuple = (second_cpu - first_cpu) / (many - few) as f64;
    let memory = first.peak_memory.max(second.peak_memory);
    Ok(Cost {
        tuple_ns: tuple * 1e9,
        start_ms: Some((first_cpu - tuple * few as f64) * 1e3),
        memory_mib: Some(memory as f64 / f64::from(1 << 20)),
    })
}

/// Rows for some seconds of CPU time.
fn rows(dimension: Dimension, size: u64) -> u64 {
    match (dimension, size) {
        (Dimension::TupleSize, bytes) => (4_000_000_000 / bytes).clamp(4_000, 16_000_000),
        // Every key comes in the first run already.
        (Dimension::Keys, keys) => (TIMES * keys).max(12_000_000),
        (Dimension::InFlight, 10) => 1_000_000,
        (Dimension::InFlight, 100) => 6_000_000,
        (Dimension::InFlight, _) => 16_000_000,
        _ => 8_000_000,
    }
}

/// The topology of a run.
fn topology(
    dimension: Dimension,
    size: u64,
    rows: u64,
    surroundings: &Surroundings,
) -> Result<Value, BenchError> {
    let component = |name: &str| built::component(name, surroundings);
    let shuffle = json!({ "type": "shuffle" });
    if dimension == Dimension::Keys {
        let limits = json!({ "memory": "2GiB", "call-time": "1m" });
        let fields = json!({ "type": "fields", "args": ["word"] });
        return Ok(json!({
            "name": "growth",
            "config": { "max-pending": MAX_PENDING },
            "spouts": [{
                "id": "distinct", "component": component("distinct")?,
                "config": { "keys": size, "rows": rows },
            }],
            "bolts": [{
                "id": "tally", "component": component("tally")?, "parallelism": 2,
                "limits": limits,
            }],
            "streams": [{ "from": "distinct", "to": "tally", "grouping": fields }],
        }));
    }
    let of = |wanted, otherwise| if dimension == wanted { size } else { otherwise };
    let config = json!({
        "rows": rows,
        "bytes": of(Dimension::TupleSize, 10),
        "tracking": "ids",
    });
    let tasks = of(Dimension::Tasks, 1);
    // Thousands of tasks have to fit the process, and large tuples a task.
    let memory = match dimension {
        Dimension::Tasks => "2MiB",
        _ => "128MiB",
    };
    Ok(json!({
        "name": "growth",
        "config": { "max-pending": of(Dimension::InFlight, MAX_PENDING) },
        "spouts": [{ "id": "constant", "component": component("constant")?, "config": config }],
        "bolts": [
            {
                "id": "identity",
                "component": component("identity")?,
                "parallelism": tasks,
                "limits": { "memory": memory },
            },
            { "id": "null", "component": component("null")? },
        ],
        "streams": [
            { "from": "constant", "to": "identity", "grouping": shuffle },
            { "from": "identity", "to": "null", "grouping": shuffle },
        ],
    }))
}

/// Spout rows in flight where it is something else that grows.
const MAX_PENDING: u64 = 5_000;

/// Ten thousand tasks touch far less than they may.
const MEMORY: &str = "32GiB";

/// One run; an error unless every row was acked.
fn run(
    dimension: Dimension,
    size: u64,
    rows: u64,
    surroundings: &Surroundings,
) -> Result<Usage, BenchError> {
    let topology = topology(dimension, size, rows, surroundings)?;
    let file = surroundings.scratch.join("growth.json");
    std::fs::write(&file, topology.to_string()).map_err(|error| BenchError::Io {
        doing: "writing",
        path: file.clone(),
        error,
    })?;
    let finished = Program::new(
        "stormcell",
        &surroundings.binary,
        surroundings.build.cancel(),
    )
    .arg("run")
    .arg(&file)
    .args(["--output", "json", "--quiet", "--memory", MEMORY])
    .limit(LIMIT)
    .run()?;
    let wrong = |what: String| BenchError::Growth {
        dimension: dimension.about(),
        size,
        what,
    };
    let printed: Value = serde_json::from_str(&finished.stdout)
        .map_err(|error| wrong(format!("it printed no report: {error}")))?;
    let trees = &printed["report"]["trees"];
    for (what, expected) in [("emitted", rows), ("acked", rows), ("failed", 0)] {
        if trees[what].as_u64() != Some(expected) {
            let found = &trees[what];
            return Err(wrong(format!(
                "{found} spout rows {what}, expected {expected}"
            )));
        }
    }
    Ok(finished.usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_in_the_shorter_run() {
        for keys in Dimension::Keys.sizes(false) {
            let rows = rows(Dimension::Keys, keys) / TIMES;
            assert!(rows >= keys, "{keys}");
        }
    }
}
