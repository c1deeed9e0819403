//! A spout of numbered rows: so many a second, and so many in all if `rows` says it.

use std::cell::RefCell;
use std::time::Instant;

use hostile_guests::*;

/// Rows a second.
const RATE: u128 = 5_000;

struct Source;

struct Begun {
    at: Instant,
    emitted: u128,
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
        let rows = setting("rows").map(|rows| rows.parse().map_err(|e| format!("rows: {e}")));
        BEGUN.set(Some(Begun {
            at: Instant::now(),
            emitted: 0,
            rows: rows.transpose()?,
        }));
        Ok(())
    }

    fn next(max_rows: u32) -> Result<SpoutOutcome, String> {
        BEGUN.with_borrow_mut(|begun| {
            let begun = begun.as_mut().ok_or("it is not prepared")?;
            // Rows that are not due yet count if there are few: nobody waits for them.
            let due = match begun.rows {
                Some(rows) => rows,
                None => begun.at.elapsed().as_millis() * RATE / 1_000,
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

hostile_guests::spout!(Source);
