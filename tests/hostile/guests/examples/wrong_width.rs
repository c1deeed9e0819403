//! Numbers of seven bytes.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Ok(emits(Emission {
            anchors: Anchors::Each(vec![0; 7]),
            ..emission(2, texts(&["one", "two"]))
        }))
    }
}

hostile_guests::bolt!(Attack);
