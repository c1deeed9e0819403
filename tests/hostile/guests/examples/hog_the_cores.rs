//! Computes all the time, and never for too long in one call.

use std::time::{Duration, Instant};

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn tick(_: u64) -> Result<Outcome, String> {
        let begun = Instant::now();
        let mut n: u64 = 0;
        while begun.elapsed() < Duration::from_millis(100) {
            for _ in 0..10_000 {
                n = std::hint::black_box(n.wrapping_add(1));
            }
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
