//! Recurses without end, with nothing in the memory: the stack of WebAssembly itself.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        Err(recurse(batches.len() as u64).to_string())
    }
}

/// Not to be turned into a loop: what comes back is used.
#[expect(unconditional_recursion, reason = "the attack")]
#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let below = recurse(depth.wrapping_mul(3).wrapping_add(1));
    below.rotate_left(1) ^ depth
}

hostile_guests::bolt!(Attack);
