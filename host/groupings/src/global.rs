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
