//! A configuration schema of a hundred thousand schemas within each other.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            config_schema: Some("{\"not\":".repeat(100_000) + "{}" + &"}".repeat(100_000)),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
