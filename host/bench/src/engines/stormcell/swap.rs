//! The word count without an end over two workers, its components deployed again and again.
//!
//! A pause is how long a task takes no rows: from the end of a call of the old instance
//! until the new one can be called, as `stormcell deploy` reports it. A component's own
//! file and the same file with a section of other bytes, which compiles to other code, are
//! deployed in turn.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use super::components::Components;
use super::live::{Live, Trees};
use super::throughput;
use crate::{BenchError, Quantity, Sample, Shape, Surroundings};

/// The components that it needs; each is deployed.
pub(super) const COMPONENTS: [&str; 3] = ["sentences", "split", "count"];

/// How often each component is deployed.
const DEPLOYMENTS: usize = 20;
/// How often in a quick run.
const QUICK: usize = 3;

/// One run.
///
/// # Errors
/// [`BenchError`] if a deployment fails, or a row failed or was lost or replayed.
pub(super) fn run(
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let file = throughput::write(Shape::Swap, &topology(components)?, surroundings)?;
    let live = Live::submit(Shape::Swap, &file, surroundings)?;
    let deployments = if surroundings.quick {
        QUICK
    } else {
        DEPLOYMENTS
    };
    let mut files = Vec::new();
    for name in COMPONENTS {
        let own = components.file(name)?.to_owned();
        files.push((name, [twin(&own, &surroundings.scratch)?, own]));
    }
    // Both files of each are compiled before anything counts.
    let mut pauses = Vec::new();
    for (name, files) in &files {
        for file in files {
            deploy(&live, name, file, &mut Vec::new())?;
        }
    }
    let (began, before) = (Instant::now(), live.show()?.trees().acked);
    for (name, files) in &files {
        for file in files.iter().cycle().take(deployments) {
            deploy(&live, name, file, &mut pauses)?;
        }
    }
    let (elapsed, after) = (began.elapsed(), live.show()?.trees().acked);
    let memory = live.usage().peak_memory as f64 / f64::from(1 << 20);
    let trees = live.settle()?;
    check(&trees).map_err(|what| live.wrong(what))?;
    let [p50, p99, longest] = quantiles(&mut pauses)
        .ok_or_else(|| live.wrong("no task was swapped".to_owned()))?
        .map(|micros| micros as f64 / 1e3);
    live.end()?;
    Ok(Sample::default()
        .with(
            Quantity::Rate,
            after.saturating_sub(before) as f64 / elapsed.as_secs_f64(),
        )
        .with(Quantity::PeakMemory, memory)
        .with(Quantity::PauseP50, p50)
        .with(Quantity::PauseP99, p99)
        .with(Quantity::PauseMax, longest)
        .with(Quantity::Lost, (trees.emitted - trees.acked) as f64))
}

/// What is used of what `stormcell deploy` prints.
#[derive(Debug, Deserialize)]
struct Deployment {
    outcome: Outcome,
    pauses_us: Vec<u64>,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    state: String,
}

/// Deploys a file, and adds the pauses of its tasks.
fn deploy(
    live: &Live,
    component: &str,
    file: &Path,
    pauses: &mut Vec<u64>,
) -> Result<(), BenchError> {
    let file = file.to_string_lossy();
    let printed = live.ask("deploy", &[component, &file, "--watch", "1ms"])?;
    let deployment = Deployment::deserialize(&printed)
        .map_err(|error| live.wrong(format!("`stormcell deploy` said {printed}: {error}")))?;
    if deployment.outcome.state != "done" || deployment.pauses_us.is_empty() {
        return Err(live.wrong(format!("a deployment of `{component}` ended so: {printed}")));
    }
    pauses.extend(deployment.pauses_us);
    Ok(())
}

/// The same component with another digest: a custom section at its end.
fn twin(own: &Path, folder: &Path) -> Result<PathBuf, BenchError> {
    const NAME: &[u8] = b"\x04twin";
    let io = |doing, path: &Path| {
        let path = path.to_owned();
        move |error| BenchError::Io { doing, path, error }
    };
    let mut bytes = std::fs::read(own).map_err(io("reading", own))?;
    bytes.extend([0, NAME.len() as u8]);
    bytes.extend(NAME);
    let path = folder.join(own.file_name().unwrap_or_default());
    std::fs::write(&path, bytes).map_err(io("writing", &path))?;
    Ok(path)
}

/// Fails unless every row was acked at the first attempt.
fn check(trees: &Trees) -> Result<(), String> {
    let expected = Trees {
        emitted: trees.emitted,
        acked: trees.emitted,
        ..Trees::default()
    };
    if *trees == expected {
        return Ok(());
    }
    Err(format!("not every row was acked at once: {trees:?}"))
}

/// The values that half of the values and 99 % of them do not exceed (nearest rank), and
/// the largest; none if there are no values.
fn quantiles(values: &mut [u64]) -> Option<[u64; 3]> {
    values.sort_unstable();
    let at = |percent: usize| {
        let rank = (values.len() * percent).div_ceil(100);
        values.get(rank.checked_sub(1)?).copied()
    };
    Some([at(50)?, at(99)?, at(100)?])
}

fn topology(components: &Components) -> Result<Value, BenchError> {
    Ok(json!({
        "name": "swap",
        "config": { "acking": true, "max-pending": 5_000 },
        "spouts": [{
            "id": "sentences",
            "component": components.file("sentences")?,
            "config": { "tracking": "ids" },
        }],
        "bolts": [
            { "id": "split", "component": components.file("split")?, "parallelism": 2 },
            { "id": "count", "component": components.file("count")?, "parallelism": 2 },
        ],
        "streams": [
            { "from": "sentences", "to": "split", "grouping": { "type": "shuffle" } },
            { "from": "split", "to": "count", "grouping": { "type": "fields", "args": ["word"] } },
        ],
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn quantiles_are_values_that_were_there() {
        assert_eq!(quantiles(&mut []), None);
        assert_eq!(quantiles(&mut [7]), Some([7, 7, 7]));
        let mut values: Vec<u64> = (1..=200).rev().collect();
        assert_eq!(quantiles(&mut values), Some([100, 198, 200]));
    }

    #[test]
    fn a_twin_differs_in_a_section_only() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("a.wasm");
        std::fs::write(&own, b"\0asm").unwrap();
        let other = tempfile::tempdir().unwrap();
        let path = twin(&own, other.path()).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"\0asm\0\x05\x04twin");
    }

    #[test]
    fn a_row_that_failed_is_no_figure() {
        let mut trees = Trees {
            emitted: 3,
            acked: 3,
            ..Trees::default()
        };
        check(&trees).unwrap();
        trees.timed_out = 1;
        check(&trees).unwrap_err();
        let lost = Trees {
            emitted: 3,
            acked: 2,
            ..Trees::default()
        };
        check(&lost).unwrap_err();
    }
}
