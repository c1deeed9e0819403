//! Has a stream with a name that would take over the terminal of who reads them.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        described([OutputStream {
            name: "\x1b[2Jdefault".to_owned(),
            ..text_stream()
        }])
    }
}

hostile_guests::bolt!(Attack);
