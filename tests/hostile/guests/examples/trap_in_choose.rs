//! A grouping that traps when it is asked where rows go.

use hostile_guests::*;

struct Attack;

impl Grouping for Attack {
    fn choose(_: u32, _: Vec<Column>) -> Result<Choice, String> {
        panic!("as told")
    }
}

hostile_guests::grouping!(Attack);
