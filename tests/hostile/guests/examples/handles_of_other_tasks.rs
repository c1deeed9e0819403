//! Acks every handle that tasks of other components may have: handles are numbers, and
//! tasks count from the same one.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let all: Vec<u32> = (0..100_000).collect();
        Ok(Outcome {
            acked: bytes(&all),
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
