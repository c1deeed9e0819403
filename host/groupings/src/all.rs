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
