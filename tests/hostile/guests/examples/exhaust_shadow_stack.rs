//! Recurses without end, with a large frame: the stack that the compiler keeps in the memory.

use hostile_guests::*;

struct Attack;

use std::hint::black_box;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        Err(recurse(1).to_string())
    }
}

#[expect(unconditional_recursion, reason = "the attack")]
#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    frame[3] + black_box(recurse(depth + 1))
}

hostile_guests::bolt!(Attack);
