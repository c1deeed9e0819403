//! Rows that one instance kept, for the instance that takes its place.

use std::sync::Arc;

use stormcell_batch::{Batch, BatchError, LineageBuilder};

use crate::mailbox::Delivery;
use crate::rows::{Kept, Values};

/// Kept rows as if they came once more, with what was sent for them so far. Rows of one
/// source keep their order.
///
/// # Errors
/// If values cannot be gathered; those of kept rows always can.
pub(crate) fn again(kept: impl Iterator<Item = Kept>) -> Result<Vec<Delivery>, BatchError> {
    let rows: Vec<(Arc<Values>, u32, Kept)> = kept
        .filter_map(|mut kept| {
            let (values, at) = kept.values.take()?;
            Some((values, at, kept))
        })
        .collect();
    rows.chunk_by(|a, b| Arc::ptr_eq(&a.0, &b.0))
        .filter_map(|together| Some((&together.first()?.0, together)))
        .map(|(values, together)| {
            let positions = together.iter().map(|(_, at, _)| *at).collect();
            let mut lineage = LineageBuilder::default();
            for (_, _, kept) in together {
                lineage.push(kept.row.handed_on().map(|b| (b.root.to_bits(), b.edge)));
            }
            Ok(Delivery {
                input: values.input,
                source_task: values.source_task,
                batch: Batch::new(values.columns.gather(positions)?, lineage.finish()),
                credit: None,
                held: None,
            })
        })
        .collect()
}
