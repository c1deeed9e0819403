//! A spout that emits rows at a fixed rate, and measures how long each takes until it is
//! acked.
//!
//! Row k is due k / rate seconds after the start, and its latency counts from then,
//! whenever it was in fact emitted: a topology that falls behind cannot hide it
//! (coordinated omission). No row is left out but those that are due while it warms up.
//! Without a rate it emits as fast as it is asked.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Deserialize;
use stormcell_sdk::prelude::*;
use stormcell_sdk::{ColumnBuilder, Tracking};

/// The same as the constant spout's: 10 bytes.
const TEXT: &str = "xxxxxxxxxx";
/// The longest latency that can be told from a longer one: a minute.
const LONGEST_NS: u64 = 60_000_000_000;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {
        "rate": {"type": "number", "exclusiveMinimum": 0, "description": "Rows a second; without it, as many as it is asked for."},
        "warm-up-ms": {"type": "integer", "minimum": 0, "description": "How long it emits before it measures."},
        "measured-ms": {"type": "integer", "minimum": 1, "description": "How long it emits and measures; then it ends."}
    },
    "required": ["warm-up-ms", "measured-ms"],
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Config {
    rate: Option<f64>,
    warm_up_ms: u64,
    measured_ms: u64,
}

/// When rows are due.
struct Schedule {
    rate: f64,
    /// How many rows there are in all.
    rows: u64,
    /// The first one that is measured.
    first: u64,
}

impl Schedule {
    fn new(rate: f64, warm_up: Duration, measured: Duration) -> Self {
        Self {
            rate,
            rows: (rate * (warm_up + measured).as_secs_f64()) as u64,
            first: (rate * warm_up.as_secs_f64()).ceil() as u64,
        }
    }

    /// How many rows are due after this time, the first at once.
    fn due(&self, elapsed: Duration) -> u64 {
        self.rows
            .min((elapsed.as_secs_f64() * self.rate) as u64 + 1)
    }

    /// How long ago a row was due, in nanoseconds.
    fn age(&self, row: u64, elapsed: Duration) -> u64 {
        let due = row as f64 / self.rate * 1e9;
        (elapsed.as_nanos() as u64).saturating_sub(due as u64)
    }
}

struct Paced {
    schedule: Option<Schedule>,
    warm_up: Duration,
    end: Duration,
    /// When `next` was called first.
    start: Option<Instant>,
    emitted: u64,
    /// Latencies in nanoseconds, to three digits.
    latencies: Histogram<u64>,
    longest: u64,
    /// Rows that were acked between the end of the warm-up and the end.
    acked: u64,
}

impl Paced {
    fn elapsed(&mut self) -> Duration {
        self.start.get_or_insert_with(Instant::now).elapsed()
    }
}

impl Spout for Paced {
    fn describe() -> Description {
        Description::new("emits the same text at a fixed rate")
            .output(Stream::default([("text", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        let warm_up = Duration::from_millis(config.warm_up_ms);
        let measured = Duration::from_millis(config.measured_ms);
        Ok(Self {
            schedule: config
                .rate
                .map(|rate| Schedule::new(rate, warm_up, measured)),
            warm_up,
            end: warm_up + measured,
            start: None,
            emitted: 0,
            latencies: Histogram::new_with_bounds(1, LONGEST_NS, 3)?,
            longest: 0,
            acked: 0,
        })
    }

    fn next(&mut self, max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let elapsed = self.elapsed();
        let (due, ended) = match &self.schedule {
            Some(schedule) => {
                let due = schedule.due(elapsed) - self.emitted;
                let due = due.min(max_rows.into());
                (due, self.emitted + due == schedule.rows)
            }
            None if elapsed >= self.end => (0, true),
            None => (max_rows.into(), false),
        };
        if due > 0 {
            let rows = usize::try_from(due)?;
            let mut column = ColumnBuilder::with_capacity(Type::Text, rows, rows * TEXT.len());
            for _ in 0..rows {
                column.push(TEXT)?;
            }
            let ids = (self.emitted..self.emitted + due).collect();
            out.emit_columns("default", vec![column.finish()], Tracking::Ids(ids))?;
            self.emitted += due;
        }
        Ok(if ended { Next::Ended } else { Next::More })
    }

    fn acked_all(&mut self, ids: impl ExactSizeIterator<Item = u64>) -> Result<()> {
        let elapsed = self.elapsed();
        if (self.warm_up..self.end).contains(&elapsed) {
            self.acked += ids.len() as u64;
        }
        let Some(schedule) = &self.schedule else {
            return Ok(());
        };
        for row in ids.filter(|row| *row >= schedule.first) {
            let age = schedule.age(row, elapsed);
            self.latencies.saturating_record(age);
            self.longest = self.longest.max(age);
        }
        Ok(())
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        bail!("row {id} failed; what is measured here must not fail")
    }

    /// Publishes what was measured.
    fn close(&mut self, _reason: CloseReason) -> Result<()> {
        let measured = (self.end - self.warm_up).as_secs_f64();
        metrics::gauge("acked_per_second", self.acked as f64 / measured);
        if self.schedule.is_some() {
            let micros = |ns: u64| ns as f64 / 1e3;
            let at = |share| micros(self.latencies.value_at_quantile(share));
            metrics::gauge("latency_rows", self.latencies.len() as f64);
            metrics::gauge("latency_p50_us", at(0.5));
            metrics::gauge("latency_p99_us", at(0.99));
            metrics::gauge("latency_p999_us", at(0.999));
            metrics::gauge("latency_max_us", micros(self.longest));
        }
        Ok(())
    }
}

stormcell_sdk::spout!(Paced);
