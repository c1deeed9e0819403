//! Does with each call what a die says: keeps rows, fails them, returns errors, traps, or
//! does its work.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let random = wasip2::random::random::get_random_u64();
        let now = wasip2::clocks::wall_clock::now();
        metrics::gauge("seconds", now.seconds as f64);
        let row = batches[0].first_row;
        match random % 6 {
            0 => panic!("as the die says"),
            1 => Err("as the die says".to_owned()),
            2 => Ok(Outcome {
                kept: Kept::These(bytes(&[row])),
                ..nothing()
            }),
            3 => Ok(Outcome {
                failed: vec![FailedRow {
                    row,
                    reason: "as the die says".to_owned(),
                }],
                ..nothing()
            }),
            4 => Ok(says(&format!("{random} at {now:?}"))),
            _ => Ok(nothing()),
        }
    }
}

hostile_guests::bolt!(Attack);
