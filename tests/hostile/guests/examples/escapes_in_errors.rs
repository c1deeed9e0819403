//! Returns errors that would take over the terminal of who reads them.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let text = "\x1b[2J\x1b]0;mine\x07\rfine";
        let odd = batches[0].columns.first().is_some_and(is_odd);
        if odd {
            return Err(text.to_owned());
        }
        let rows = (0..batches[0].rows).map(|row| FailedRow {
            row: batches[0].first_row.wrapping_add(row),
            reason: text.to_owned(),
        });
        Ok(Outcome {
            failed: rows.collect(),
            ..nothing()
        })
    }
}

/// Whether the first number is odd.
fn is_odd(column: &Column) -> bool {
    match &column.values {
        Values::Integers(bytes) => bytes[0] & 1 == 1,
        _ => false,
    }
}

hostile_guests::bolt!(Attack);
