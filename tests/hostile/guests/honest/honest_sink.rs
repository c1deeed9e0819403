//! A bolt that counts its rows, and acks them, or fails them if `fail` says so.

use hostile_guests::*;

struct Sink;

impl Bolt for Sink {
    fn describe() -> Description {
        described([])
    }

    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let fail = setting("fail").as_deref() == Some("true");
        let mut outcome = nothing();
        for batch in &batches {
            metrics::count("rows", batch.rows);
            if fail {
                let rows = (0..batch.rows).map(|row| FailedRow {
                    row: batch.first_row.wrapping_add(row),
                    reason: "as told".to_owned(),
                });
                outcome.failed.extend(rows);
            }
        }
        Ok(outcome)
    }
}

hostile_guests::bolt!(Sink);
