//! Waits for nothing when it is asked what it is.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        wasip2::io::poll::poll(&[]);
        described([text_stream()])
    }
}

hostile_guests::bolt!(Attack);
