//! A spout of numbered rows: so many a second (`rate`, or 5,000), and so many in all if
//! `rows` says it.

use std::cell::RefCell;
use std::time::Instant;

use hostile_guests::*;

/// Rows a second if nothing else is said.
const RATE: u128 = 5_000;

struct Source;

struct Begun {
    at: Instant,
    emitted: u128,
    rate: u128,
    /// `None`: without end.
    rows: Option<u128>,
}

thread_local! {
    static BEGUN: RefCell<Option<Begun>> = const { RefCell::new(None) };
}

impl Spout for Source {
    fn describe() -> Description {
        described([stream(ValueType::Integer)])
    }

    fn prepare(_: Context) -> Result<(), String> {
        BEGUN.set(Some(Begun {
            at: Instant::now(),
            emitted: 0,
            rate: number("rate")?.unwrap_or(RATE),
            rows: number("rows")?,
        }));
        Ok(())
    }

    fn next(max_rows: u32) -> Result<SpoutOutcome, String> {
        BEGUN.with_borrow_mut(|begun| {
            let begun = begun.as_mut().ok_or("it is not prepared")?;
            // Rows that are not due yet count if there are few: nobody waits for them.
            let due = match begun.rows {
                Some(rows) => rows,
                None => begun.at.elapsed().as_micros() * begun.rate / 1_000_000,
            };
            let more = due.saturating_sub(begun.emitted).min(max_rows.into());
            let numbers = begun.emitted..begun.emitted + more;
            begun.emitted += more;
            let emission = SpoutEmission {
                output: 0,
                rows: more as u32,
                columns: vec![Column {
                    values: Values::Integers(
                        numbers.flat_map(|n| (n as i64).to_le_bytes()).collect(),
                    ),
                    nulls: None,
                }],
                tracking: Tracking::ReplayedByHost,
                direct_task: None,
            };
            Ok(SpoutOutcome {
                emissions: vec![emission],
                ended: Some(begun.emitted) == begun.rows,
                idle_ms: 2,
            })
        })
    }
}

/// A number of the configuration.
fn number(key: &str) -> Result<Option<u128>, String> {
    let number = setting(key).map(|text| text.parse().map_err(|e| format!("{key}: {e}")));
    number.transpose()
}

hostile_guests::spout!(Source);
