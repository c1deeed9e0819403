//! Looks for anything that is not the same each time that it is run: clocks, random
//! numbers, the order of a hash table.

use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime};

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let begun = Instant::now();
        let bytes = wasip2::random::random::get_random_bytes(16);
        let number = wasip2::random::insecure::get_insecure_random_u64();
        let seed = wasip2::random::insecure_seed::insecure_seed();
        std::thread::sleep(Duration::from_millis(3));
        let mut n: u64 = 0;
        for _ in 0..100_000 {
            n = std::hint::black_box(n.wrapping_add(1));
        }
        let order: Vec<u32> = HashSet::<u32>::from_iter(0..64).into_iter().collect();
        let line = format!(
            "{bytes:?} {number} {seed:?} {order:?} {:?} {:?} {:?}",
            SystemTime::now(),
            begun.elapsed(),
            wasip2::clocks::monotonic_clock::now(),
        );
        logging::log(logging::Level::Info, &line);
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
