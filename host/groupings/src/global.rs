//! Global: one task gets everything.
//!
//! Law: the target with the lowest task id gets every row.
//! (Storm's `GrouperFactory.GlobalGrouper`, a fields grouping on no field.)

use stormcell_batch::Columns;

use crate::{Choice, Grouping, Loads};

/// The global grouping.
#[derive(Debug, Clone, Copy, Default)]
pub struct Global;

impl Grouping for Global {
    fn choose(&mut self, rows: &Columns, _: &dyn Loads, out: &mut Choice) {
        if rows.rows() == 0 {
            out.nowhere();
        } else {
            // Targets are ascending and never empty.
            out.whole(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{ask_for_one, rows, targets};

    proptest! {
        #[test]
        fn the_lowest_task_gets_every_row(
            count in 1_usize..50,
            loads in proptest::collection::vec(0_u64..1_000, 0..50),
            sizes in proptest::collection::vec(0_usize..100, 1..10),
        ) {
            let targets = targets(count);
            for size in sizes {
                for target in ask_for_one(&mut Global, &rows(size), &loads, count) {
                    let lowest = targets.tasks().iter().min();
                    prop_assert_eq!(targets.tasks().get(target as usize), lowest);
                }
            }
        }
    }
}
