//! A grouping that sends rows to tasks that there are not.

use hostile_guests::*;

struct Attack;

impl Grouping for Attack {
    fn choose(rows: u32, _: Vec<Column>) -> Result<Choice, String> {
        Ok(Choice::Each(bytes(&vec![7; rows as usize])))
    }
}

hostile_guests::grouping!(Attack);
