//! Takes 4 GiB of random bytes at once from where they need not be good.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let taken = wasip2::random::insecure::get_insecure_random_bytes(u64::from(u32::MAX));
        Err(format!("{} bytes", taken.len()))
    }
}

hostile_guests::bolt!(Attack);
