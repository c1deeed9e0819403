//! Rows of a call: a bolt that is called directly.

use std::time::{Duration, Instant};

use serde_json::json;
use stormcell_batch::{Columns, Field, Schema, ValueType};
use stormcell_topology::Limits;

use super::Cost;
use crate::cpu_clock::ThreadCpu;
use crate::direct::Direct;
use crate::{BenchError, Surroundings, built};

/// How long calls of one size are measured.
const TIME: Duration = Duration::from_millis(500);

/// Rows that are called with before it is measured.
const WARM_UP: usize = 100_000;

/// What a row costs in calls of so many.
pub(super) fn cost(rows: u64, surroundings: &Surroundings) -> Result<Cost, BenchError> {
    let batch = batch(rows, surroundings)?;
    let file = built::component("identity", surroundings)?;
    let direct = Direct::new(&surroundings.build)?;
    let input = Schema::new([Field::new("text", ValueType::Text)]);
    let mut bolt = direct.bolt(&file, input, Limits::default())?;
    let returned = |calls: usize, returned: usize| match returned {
        rows if rows == calls * batch.rows() => Ok(()),
        rows => Err(BenchError::Component {
            component: file.display().to_string(),
            what: format!("it returned {rows} rows for {}", calls * batch.rows()),
        }),
    };
    // A slice is some milliseconds.
    let calls = (10_000 / batch.rows()).clamp(1, 1_000);
    let mut slice = || {
        let mut rows = 0;
        let cpu = ThreadCpu::start();
        bolt.execute(std::iter::repeat_n(&batch, calls), |outcome| {
            rows += outcome
                .emissions
                .iter()
                .map(|one| one.columns.rows())
                .sum::<usize>();
        })?;
        let cpu = cpu.elapsed();
        returned(calls, rows)?;
        Ok::<_, BenchError>(cpu)
    };
    for _ in 0..WARM_UP / (calls * batch.rows()) {
        slice()?;
    }
    let (mut cpu, mut slices) = (Duration::ZERO, 0);
    let end = Instant::now() + TIME;
    while Instant::now() < end {
        cpu += slice()?;
        slices += 1;
    }
    Ok(Cost {
        tuple_ns: cpu.as_secs_f64() * 1e9 / (slices * calls * batch.rows()) as f64,
        start_ms: None,
        memory_mib: None,
    })
}

/// Texts of 10 bytes.
fn batch(rows: u64, surroundings: &Surroundings) -> Result<Columns, BenchError> {
    let file = built::component("constant", surroundings)?;
    let direct = Direct::new(&surroundings.build)?;
    let mut spout = direct.spout(&file, json!({ "tracking": "none" }))?;
    let outcome = spout.next(u32::try_from(rows).unwrap_or(u32::MAX))?;
    let emitted = outcome.emissions.into_iter().map(|one| one.columns).next();
    emitted
        .filter(|columns| columns.rows() as u64 == rows)
        .ok_or_else(|| BenchError::Component {
            component: file.display().to_string(),
            what: format!("it did not emit the {rows} rows that it was asked for"),
        })
}
