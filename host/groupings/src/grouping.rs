//! What all groupings have in common.

use stormcell_batch::Columns;

use crate::{Choice, Loads};

/// A grouping of the rows that one task emits on one stream to one subscriber.
///
/// Every emitting task has its own, as in Storm: groupings of different tasks
/// know nothing of each other.
pub trait Grouping: Send {
    /// Chooses for the rows of a batch. `out` is overwritten. A batch without rows
    /// goes nowhere and changes nothing.
    ///
    /// # Panics
    /// If the rows are of another schema than the grouping was made for.
    fn choose(&mut self, rows: &Columns, loads: &dyn Loads, out: &mut Choice);
}
