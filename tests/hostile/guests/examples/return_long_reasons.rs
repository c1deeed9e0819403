//! Fails one row many times, for reasons of a megabyte that share their bytes.

use hostile_guests::*;

struct Attack;

static MEBIBYTE: [u8; 1 << 20] = [b'x'; 1 << 20];

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let row = batches[0].first_row;
        let failed = (0..4_096).map(|_| FailedRow {
            row,
            reason: shared(&MEBIBYTE),
        });
        Ok(Outcome {
            failed: failed.collect(),
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
