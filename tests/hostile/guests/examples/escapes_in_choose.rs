//! A grouping that fails with a text that would take over the terminal of who reads it.

use hostile_guests::*;

struct Attack;

impl Grouping for Attack {
    fn choose(_: u32, _: Vec<Column>) -> Result<Choice, String> {
        Err("\x1b[2J\x1b]0;mine\x07\rfine".to_owned())
    }
}

hostile_guests::grouping!(Attack);
