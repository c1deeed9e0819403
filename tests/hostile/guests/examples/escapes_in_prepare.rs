//! Does not start, and says why in a text that would take over the terminal of who reads it.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        Err("\x1b[2J\x1b]0;mine\x07\rfine".to_owned())
    }
}

hostile_guests::bolt!(Attack);
