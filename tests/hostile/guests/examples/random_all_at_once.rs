//! Takes 4 GiB of random bytes from the host at once.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let taken = wasip2::random::random::get_random_bytes(u64::from(u32::MAX));
        Err(format!("{} bytes", taken.len()))
    }
}

hostile_guests::bolt!(Attack);
