//! Fills its memory again and again: one instruction that works on many megabytes is not
//! interrupted half-way.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut all = vec![0_u8; 16 << 20];
        for byte in (0..=u8::MAX).cycle() {
            all.fill(byte);
            std::hint::black_box(&mut all);
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
