//! Keeps some megabytes in every call, so that no single one is conspicuous.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn tick(_: u64) -> Result<Outcome, String> {
        std::mem::forget(std::hint::black_box(vec![1_u8; 4 << 20]));
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
