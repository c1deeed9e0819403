//! The rows of one call of a bolt: one batch a source, in an order that can be
//! cut in two.

use stormcell_batch::{Batch, BatchError, Lineage};
use stormcell_sandbox::InputBatch;

use crate::mailbox::Delivery;
use crate::rows::Values;

/// Rows of one source.
#[derive(Debug, Clone)]
struct Part {
    input: u32,
    source_task: u32,
    batch: Batch,
}

/// Rows for one call.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    parts: Vec<Part>,
    rows: usize,
    /// Calls that faulted and that these rows were part of.
    attempts: u32,
    /// Of these, those in which one row was alone.
    alone: u32,
}

impl Work {
    /// Joins deliveries of one source: the guest gets few, long columns. Rows of
    /// one source keep their order.
    ///
    /// # Errors
    /// If the rows of a source are too large for one column.
    pub(crate) fn new(mut deliveries: Vec<Delivery>) -> Result<Self, BatchError> {
        let rows = deliveries.iter().map(|d| d.batch.rows()).sum();
        deliveries.sort_by_key(|delivery| (delivery.input, delivery.source_task));
        let mut parts: Vec<Part> = Vec::new();
        let mut same: Vec<Batch> = Vec::new();
        let mut deliveries = deliveries.into_iter().peekable();
        while let Some(Delivery {
            input,
            source_task,
            batch,
            ..
        }) = deliveries.next()
        {
            same.push(batch);
            let goes_on = deliveries
                .peek()
                .is_some_and(|next| (next.input, next.source_task) == (input, source_task));
            if !goes_on {
                parts.push(Part {
                    input,
                    source_task,
                    batch: Batch::concat(std::mem::take(&mut same))?,
                });
            }
        }
        Ok(Self {
            parts,
            rows,
            attempts: 0,
            alone: 0,
        })
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// A call with these rows faulted.
    pub(crate) fn faulted(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
        self.alone += u32::from(self.rows == 1);
    }

    /// It is given to another component: calls that faulted before count no more.
    pub(crate) fn anew(&mut self) {
        self.attempts = 0;
        self.alone = 0;
    }

    /// How many calls faulted that these rows were part of.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// In how many of these one row was alone.
    pub(crate) fn attempts_alone(&self) -> u32 {
        self.alone
    }

    /// What the guest is given, if the first row has this handle.
    pub(crate) fn batches(&self, first: u32) -> Vec<InputBatch> {
        let mut first_row = first;
        self.parts
            .iter()
            .map(|part| {
                let batch = InputBatch {
                    input: part.input,
                    source_task: part.source_task,
                    first_row,
                    columns: part.batch.columns.clone(),
                };
                first_row = first_row.wrapping_add(part.batch.rows() as u32);
                batch
            })
            .collect()
    }

    /// The values of the rows, source by source.
    pub(crate) fn values(&self) -> impl Iterator<Item = Values> {
        self.parts.iter().map(|part| Values {
            input: part.input,
            source_task: part.source_task,
            columns: part.batch.columns.clone(),
            _charge: None,
        })
    }

    /// What the values of the rows cost.
    pub(crate) fn cost(&self) -> usize {
        let parts = self.parts.iter();
        parts.map(|part| part.batch.columns.cost()).sum()
    }

    /// The lineage of all rows.
    pub(crate) fn lineage(&self) -> Lineage {
        Lineage::concat(
            self.parts
                .iter()
                .map(|part| part.batch.lineage.clone())
                .collect(),
        )
    }

    /// The lineages of the rows, source by source.
    pub(crate) fn lineages(&self) -> impl Iterator<Item = &Lineage> {
        self.parts.iter().map(|part| &part.batch.lineage)
    }

    /// The lineage of all rows of these.
    pub(crate) fn lineage_of_all(all: &[Self]) -> Lineage {
        Lineage::concat(all.iter().map(Self::lineage).collect())
    }

    /// The rows at these positions, ascending; `None`: there are none, or they cannot be
    /// gathered, as those of a call always can.
    pub(crate) fn only(&self, positions: &[usize]) -> Option<Self> {
        let (mut parts, mut first) = (Vec::new(), 0);
        for part in &self.parts {
            let end = first + part.batch.rows();
            let here = positions.iter().filter(|at| (first..end).contains(at));
            let here: Vec<u32> = here.map(|at| (at - first) as u32).collect();
            first = end;
            if here.is_empty() {
                continue;
            }
            let lineage = part.batch.lineage.gather(&here);
            let columns = part.batch.columns.gather(here).ok()?;
            parts.push(Part {
                batch: Batch::new(columns, lineage),
                ..*part
            });
        }
        let rows = parts.iter().map(|part| part.batch.rows()).sum();
        (rows > 0).then_some(Self {
            parts,
            rows,
            ..*self
        })
    }

    /// The first half of the rows and the second, each at least one.
    ///
    /// # Panics
    /// If there are fewer than two rows.
    pub(crate) fn halves(self) -> (Self, Self) {
        let cut = self.rows / 2;
        self.cut(cut)
    }

    /// The first rows, so many, and the others, each at least one.
    ///
    /// # Panics
    /// If there are not more rows, or none is wanted.
    pub(crate) fn cut(self, cut: usize) -> (Self, Self) {
        assert!(0 < cut && cut < self.rows, "{cut} of {} rows", self.rows);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut before = 0;
        for part in self.parts {
            let rows = part.batch.rows();
            let here = cut.saturating_sub(before).min(rows);
            before += rows;
            if here > 0 {
                first.push(Part {
                    batch: part.batch.slice(0, here),
                    ..part
                });
            }
            if here < rows {
                second.push(Part {
                    batch: part.batch.slice(here, rows - here),
                    ..part
                });
            }
        }
        let of = |parts: Vec<Part>| Self {
            rows: parts.iter().map(|part| part.batch.rows()).sum(),
            parts,
            attempts: self.attempts,
            alone: self.alone,
        };
        (of(first), of(second))
    }
}
