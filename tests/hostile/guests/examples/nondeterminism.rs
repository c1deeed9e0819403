//! Does with each call what a die says: traps, returns an error, or rolls again for each
//! row and fails, keeps or acks it.

use hostile_guests::*;
use wasip2::random::random::{get_random_bytes, get_random_u64};

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let now = wasip2::clocks::wall_clock::now();
        metrics::gauge("seconds", now.seconds as f64);
        match get_random_u64() % 4 {
            0 => panic!("as the die says"),
            1 => Err("as the die says".to_owned()),
            _ => Ok(row_by_row(&batches[0])),
        }
    }
}

fn row_by_row(batch: &Batch) -> Outcome {
    let (mut failed, mut kept) = (Vec::new(), Vec::new());
    let dice = get_random_bytes(u64::from(batch.rows));
    for (row, die) in (batch.first_row..).zip(dice) {
        match die % 3 {
            0 => failed.push(FailedRow {
                row,
                reason: "as the die says".to_owned(),
            }),
            1 => kept.push(row),
            _ => {}
        }
    }
    Outcome {
        kept: Kept::These(bytes(&kept)),
        failed,
        ..nothing()
    }
}

hostile_guests::bolt!(Attack);
