//! Says what it does in words that would take over the terminal of who reads them.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        Description {
            summary: "\x1b[2J\x1b]0;mine\x07\rfine".to_owned(),
            ..described([text_stream()])
        }
    }
}

hostile_guests::bolt!(Attack);
