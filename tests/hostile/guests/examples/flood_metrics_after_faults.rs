//! Counts under other names in each instance, and is made anew after each fault.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        let first = match &batches[0].columns[0].values {
            Values::Integers(bytes) => i64::from_le_bytes(bytes[..8].try_into().unwrap()),
            _ => 0,
        };
        for i in 0..256 {
            metrics::count(&format!("count-{first}-{i}"), 1);
            metrics::gauge(&format!("gauge-{first}-{i}"), 1.0);
        }
        panic!("as told")
    }
}

hostile_guests::bolt!(Attack);
