//! A grouping that computes without end when it is asked where rows go.

use hostile_guests::*;

struct Attack;

impl Grouping for Attack {
    fn choose(_: u32, _: Vec<Column>) -> Result<Choice, String> {
        spin()
    }
}

hostile_guests::grouping!(Attack);
