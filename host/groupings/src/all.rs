//! All: every task gets every row.
//!
//! Law: every target gets every row exactly once, in order.
//! (Storm's `GrouperFactory.AllGrouper`.)

use stormcell_batch::Columns;

use crate::{Choice, Grouping, Loads};

/// The all grouping.
#[derive(Debug, Clone, Copy, Default)]
pub struct All;

impl Grouping for All {
    fn choose(&mut self, rows: &Columns, _: &dyn Loads, out: &mut Choice) {
        if rows.rows() == 0 {
            out.nowhere();
        } else {
            out.all();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{rows, targets};
    use crate::{Idle, Part, Scatter};

    proptest! {
        #[test]
        fn every_target_gets_every_row_once_in_order(count in 1_usize..300, size in 0_usize..100) {
            let (mut choice, mut scatter) = (Choice::default(), Scatter::default());
            let batch = rows(size);
            All.choose(&batch, &Idle, &mut choice);
            scatter.scatter(&choice, size, targets(count).len());
            let parts: Vec<_> = scatter.parts().collect();
            let expected: Vec<_> = (0..count).filter(|_| size > 0).map(|t| (t, Part::Whole)).collect();
            prop_assert_eq!(parts, expected);
        }
    }
}
