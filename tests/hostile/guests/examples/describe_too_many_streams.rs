//! Says that it emits on a hundred thousand streams.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        described((0..100_000).map(|n| OutputStream {
            name: n.to_string(),
            ..text_stream()
        }))
    }
}

hostile_guests::bolt!(Attack);
