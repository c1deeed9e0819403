//! Keeps a value without the grant `state`, and looks for those of others.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let kept = state::set("key", b"value").map_err(refused);
        let keys = state::keys("", None, 1_000).map_err(refused);
        match (kept, keys) {
            (Err(kept), Err(_)) => Err(kept),
            _ => Err("it got out: there is a state".to_owned()),
        }
    }
}

hostile_guests::bolt!(Attack);
