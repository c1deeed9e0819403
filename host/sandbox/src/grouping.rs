//! An instance of a custom grouping.

use stormcell_batch::Columns;

use crate::{CallError, Choice};

/// A prepared instance of a custom grouping. After a fault it is dead.
#[derive(Debug)]
pub struct GroupingInstance {}

impl GroupingInstance {
    /// Chooses the targets of each row.
    ///
    /// # Errors
    /// What the component returned, or the fault that ended the instance.
    pub async fn choose(&mut self, columns: &Columns) -> Result<Choice, CallError> {
        let _ = columns;
        todo!()
    }
}
