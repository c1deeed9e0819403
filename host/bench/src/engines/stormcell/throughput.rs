//! Shapes that measure throughput, in one process: `stormcell run`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::components::Components;
use super::topologies::{self, Flow};
use super::{NAME, binary};
use crate::{BenchError, Quantity, Sample, Shape, Surroundings};

/// How long a run may take, which is some fifty times what it should.
const LIMIT: Duration = Duration::from_secs(180);

/// One run of a shape.
///
/// The rate is that of the report: spout rows over the time from the first call of the
/// spout until everything is closed. CPU time and memory are those of the whole process,
/// start included.
///
/// # Errors
/// [`BenchError`] if it fails, or if a row was lost, failed or replayed.
pub(super) fn run(
    shape: Shape,
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let flow = topologies::of(shape, components, surroundings)?;
    let file = write(shape, &flow.file, surroundings)?;
    let finished = binary(surroundings)
        .arg("run")
        .arg(&file)
        .args(["--output", "json", "--quiet"])
        .limit(LIMIT)
        .run()?;
    let printed = parse(shape, &finished.stdout)?;
    let rate = check(shape, &flow, &printed["report"])?;
    Ok(sample(
        rate,
        flow.rows,
        finished.usage.cpu,
        finished.usage.peak_memory,
    ))
}

/// The figures of a run.
pub(super) fn sample(rate: f64, rows: u64, cpu: Duration, peak_memory: u64) -> Sample {
    Sample::default()
        .with(Quantity::Rate, rate)
        .with(
            Quantity::CpuPerMillion,
            cpu.as_secs_f64() / rows as f64 * 1e6,
        )
        .with(
            Quantity::PeakMemory,
            peak_memory as f64 / f64::from(1 << 20),
        )
}

/// Writes the topology into the scratch folder.
pub(super) fn write(
    shape: Shape,
    topology: &Value,
    surroundings: &Surroundings,
) -> Result<PathBuf, BenchError> {
    let path = surroundings.scratch.join(format!("{shape}.json"));
    write_file(&path, topology.to_string().as_bytes())?;
    Ok(path)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), BenchError> {
    std::fs::write(path, bytes).map_err(|error| BenchError::Io {
        doing: "writing",
        path: path.to_owned(),
        error,
    })
}

/// What a command printed.
pub(super) fn parse(shape: Shape, stdout: &str) -> Result<Value, BenchError> {
    serde_json::from_str(stdout).map_err(|error| BenchError::Wrong {
        engine: NAME,
        shape,
        what: format!("it printed no report: {error}"),
    })
}

/// Checks a report and returns its rate.
///
/// # Errors
/// [`BenchError::Wrong`] if a row was lost, failed or replayed, or counted twice.
pub(super) fn check(shape: Shape, flow: &Flow, report: &Value) -> Result<f64, BenchError> {
    let wrong = |what: String| BenchError::Wrong {
        engine: NAME,
        shape,
        what,
    };
    let trees = |what: &str| report["trees"][what].as_u64();
    let acked = if flow.acked { flow.rows } else { 0 };
    for (what, rows) in [
        ("emitted", flow.rows),
        ("acked", acked),
        ("failed", 0),
        ("replayed", 0),
        ("timed_out", 0),
        ("pending", 0),
    ] {
        if trees(what) != Some(rows) {
            let found = &report["trees"][what];
            return Err(wrong(format!("{found} spout rows {what}, expected {rows}")));
        }
    }
    for count in &flow.counts {
        let components = report["components"].as_array().into_iter().flatten();
        let of = components
            .filter(|component| component["id"] == count.component)
            .map(|component| &component[count.what])
            .next()
            .unwrap_or(&Value::Null);
        if of.as_u64() != Some(count.rows) {
            return Err(wrong(format!(
                "`{}` has counted {of} rows {}, expected {}",
                count.component, count.what, count.rows
            )));
        }
    }
    report["spout_rows_per_second"]
        .as_f64()
        .filter(|rate| rate.is_finite() && *rate > 0.0)
        .ok_or_else(|| wrong("the report has no rate".to_owned()))
}
