//! Describes itself in many megabytes.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            summary: "very good ".repeat(1 << 20),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
