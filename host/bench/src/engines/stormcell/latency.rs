//! The acked identity chain at a fixed rate: how long rows take.
//!
//! The spout `paced` measures: from when a row is due, whenever it was in fact emitted,
//! until the spout is told that it is acked.

use std::time::Duration;

use serde_json::{Value, json};

use super::components::Components;
use super::{NAME, binary, throughput};
use crate::{BenchError, Finished, Pace, Quantity, Sample, Shape, Surroundings};

/// The components that it needs.
pub(super) const COMPONENTS: [&str; 3] = ["paced", "identity", "null"];

/// How long a run may take beside the time for which it emits.
const LIMIT: Duration = Duration::from_secs(60);

/// One run at a pace.
///
/// # Errors
/// [`BenchError`] if it fails, or a row failed or was replayed.
pub(super) fn run(
    pace: Pace,
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let chain = Chain {
        shape: Shape::Latency { pace },
        components,
        surroundings,
    };
    let rate = match pace {
        Pace::Rate(rate) => f64::from(rate),
        Pace::PercentOfPeak(percent) => {
            let (_, report) = chain.run(None)?;
            chain.published(&report, "acked_per_second")? * f64::from(percent) / 100.0
        }
    };
    let (finished, report) = chain.run(Some(rate))?;
    let latency = |name: &str| chain.published(&report, &format!("latency_{name}"));
    if latency("rows")? == 0.0 {
        return Err(chain.wrong("no row was measured".to_owned()));
    }
    let rows = report["trees"]["acked"].as_u64().unwrap_or_default();
    let achieved = chain.published(&report, "acked_per_second")?;
    let usage = finished.usage;
    Ok(
        throughput::sample(achieved, rows, usage.cpu, usage.peak_memory)
            .with(Quantity::LatencyP50, latency("p50_us")?)
            .with(Quantity::LatencyP99, latency("p99_us")?)
            .with(Quantity::LatencyP999, latency("p999_us")?)
            .with(Quantity::LatencyMax, latency("max_us")?),
    )
}

struct Chain<'a> {
    shape: Shape,
    components: &'a Components,
    surroundings: &'a Surroundings,
}

impl Chain<'_> {
    /// Runs it at a rate, or as fast as it goes, and returns its report.
    fn run(&self, rate: Option<f64>) -> Result<(Finished, Value), BenchError> {
        let Surroundings {
            warm_up, window, ..
        } = *self.surroundings;
        let topology = topology(rate, warm_up, window, self.components)?;
        let file = throughput::write(self.shape, &topology, self.surroundings)?;
        let finished = binary(self.surroundings)
            .arg("run")
            .arg(&file)
            .args(["--output", "json", "--quiet"])
            .limit(LIMIT + warm_up + window)
            .run()?;
        let mut printed = throughput::parse(self.shape, &finished.stdout)?;
        let report = printed["report"].take();
        let trees = &report["trees"];
        let well = trees["emitted"] == trees["acked"]
            && ["failed", "replayed", "timed_out", "pending"]
                .iter()
                .all(|what| trees[*what] == 0);
        if !well {
            return Err(self.wrong(format!("not every row was acked at once: {trees}")));
        }
        Ok((finished, report))
    }

    /// A figure that the spout has published.
    fn published(&self, report: &Value, name: &str) -> Result<f64, BenchError> {
        let spout = &report["components"][0];
        spout["metrics"][name]
            .as_f64()
            .ok_or_else(|| self.wrong(format!("the spout has not published `{name}`: {spout}")))
    }

    fn wrong(&self, what: String) -> BenchError {
        BenchError::Wrong {
            engine: NAME,
            shape: self.shape,
            what,
        }
    }
}

fn topology(
    rate: Option<f64>,
    warm_up: Duration,
    window: Duration,
    components: &Components,
) -> Result<Value, BenchError> {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let mut config = json!({
        "warm-up-ms": millis(warm_up),
        "measured-ms": millis(window).max(1),
    });
    if let Some(rate) = rate {
        config["rate"] = json!(rate);
    }
    Ok(json!({
        "name": "latency",
        "config": { "acking": true, "max-pending": 5_000 },
        "spouts": [{
            "id": "paced",
            "component": components.file("paced")?,
            "config": config,
            "grants": { "clock": "real" },
        }],
        "bolts": [
            { "id": "identity", "component": components.file("identity")? },
            { "id": "null", "component": components.file("null")? },
        ],
        "streams": [
            { "from": "paced", "to": "identity", "grouping": { "type": "shuffle" } },
            { "from": "identity", "to": "null", "grouping": { "type": "shuffle" } },
        ],
    }))
}
