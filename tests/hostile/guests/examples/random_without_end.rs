//! Takes random bytes from the host without end.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut taken = 0;
        loop {
            taken += wasip2::random::random::get_random_bytes(64 << 10).len();
            std::hint::black_box(taken);
        }
    }
}

hostile_guests::bolt!(Attack);
