//! The rows that a bolt's task has been given and has not yet acked or failed.
//!
//! A row is known to its component by a handle: a number that goes up by one from
//! row to row, modulo 2^32. The rows of the current call are consecutive; rows
//! that the bolt kept in earlier calls are in a map. Invariant: no two rows that a
//! task holds have the same handle.

mod call;
mod runs;

use std::collections::BTreeMap;
use std::sync::Arc;

use stormcell_acking::{Branch, Input, RootId, Update};
use stormcell_batch::{BatchError, Columns};

use crate::account::{Account, Charge};
pub(crate) use call::CallRows;

/// One row in so many is few: then the values of kept rows are copied.
const FEW: usize = 4;

/// What a kept row costs without its branches and values: its place in the map, which has
/// nodes that may be half empty.
const KEPT: usize = 2 * (size_of::<u32>() + size_of::<Kept>());
/// What each branch of it costs: with it the update that tells its ledger, some day.
const BRANCH: usize = size_of::<Branch>() + size_of::<Update>();

/// A row with any number of branches.
pub(crate) type Row = Input<Box<[Branch]>>;

/// The values of rows of one source, some of which are kept.
#[derive(Debug)]
pub(crate) struct Values {
    /// Which of the task's inputs they came in by.
    pub(crate) input: u32,
    /// The task that emitted them.
    pub(crate) source_task: u32,
    /// The values.
    pub(crate) columns: Columns,
    /// What they are charged with, if they are kept.
    pub(crate) _charge: Option<Charge>,
}

/// A row that a bolt keeps.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its place in trees.
    pub(crate) row: Row,
    /// Where its values are, and which row of these it is: for another instance, if
    /// the component is exchanged.
    pub(crate) values: Option<(Arc<Values>, u32)>,
}

/// The rows that a bolt keeps over calls, and the next handle.
#[derive(Debug, Default)]
pub(crate) struct KeptRows {
    next: u32,
    rows: BTreeMap<u32, Kept>,
    /// What they cost, without their values.
    cost: usize,
    /// What they are charged with; `None`: nobody counts.
    charge: Option<Charge>,
}

impl KeptRows {
    /// No rows yet. What they take is charged to this account.
    pub(crate) fn charged_to(account: &Arc<Account>) -> Self {
        Self {
            charge: Some(account.charge(0)),
            ..Self::default()
        }
    }

    /// What rows of a call would cost if they were kept: so many with so many branches.
    pub(crate) fn cost(rows: usize, branches: usize) -> usize {
        rows * KEPT + branches * BRANCH
    }

    /// Charges what is kept now.
    pub(crate) fn settle(&mut self) {
        if let Some(charge) = &mut self.charge {
            charge.set(self.cost);
        }
    }

    /// Handles for the rows of a call: the first of `count` consecutive ones, none
    /// of which a kept row has.
    pub(crate) fn handles(&mut self, count: usize) -> u32 {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        // Every pass goes beyond one kept row, so there are at most that many.
        for _ in 0..=self.rows.len() {
            let first = self.next;
            let end = u64::from(first) + u64::from(count);
            let taken = if end <= 1 << 32 {
                let last = (end - 1) as u32;
                self.rows.range(first..=last).next_back().map(|(&h, _)| h)
            } else {
                // The range wraps: start again at 0 unless it is free as it is.
                let wrapped = (end - (1 << 32)) as u32;
                let low = self.rows.range(..wrapped).next_back().map(|(&h, _)| h);
                low.or_else(|| self.rows.range(first..).next_back().map(|(&h, _)| h))
            };
            match taken {
                Some(handle) => self.next = handle.wrapping_add(1),
                None => break,
            }
        }
        let first = self.next;
        self.next = first.wrapping_add(count);
        first
    }

    /// Keeps a row of a call.
    pub(crate) fn keep(&mut self, call: &CallRows, position: usize) {
        let handle = call.first.wrapping_add(position as u32);
        let row = call.keep(position);
        self.cost += Self::cost(1, row.branches().len());
        self.rows.insert(handle, Kept { row, values: None });
    }

    /// Keeps the values of those rows of a call that are kept. The call's first row
    /// has this handle, and its rows come from these sources, one after the other.
    ///
    /// # Errors
    /// If values cannot be gathered; those of a call always can.
    pub(crate) fn keep_values(
        &mut self,
        first: u32,
        sources: impl Iterator<Item = Values>,
        account: &Arc<Account>,
    ) -> Result<(), BatchError> {
        let mut start = first;
        for source in sources {
            let rows = source.columns.rows() as u32;
            let positions: Vec<u32> = (0..rows)
                .filter(|&at| self.rows.contains_key(&start.wrapping_add(at)))
                .collect();
            if positions.is_empty() {
                start = start.wrapping_add(rows);
                continue;
            }
            // A few rows must not hold the memory of all, and none that of a larger batch
            // that they are part of: it would not be charged.
            let few = positions.len() * FEW < rows as usize || source.columns.keep_others();
            let columns = match few {
                true => source.columns.gather(positions.clone())?,
                false => source.columns,
            };
            let charge = account.charge(columns.cost() + size_of::<Values>());
            let values = Arc::new(Values {
                columns,
                _charge: Some(charge),
                ..source
            });
            for (place, at) in positions.into_iter().enumerate() {
                if let Some(kept) = self.rows.get_mut(&start.wrapping_add(at)) {
                    let at = if few { place as u32 } else { at };
                    kept.values = Some((Arc::clone(&values), at));
                }
            }
            start = start.wrapping_add(rows);
        }
        Ok(())
    }

    /// The row with this handle.
    pub(crate) fn get(&self, handle: u32) -> Option<&Row> {
        self.rows.get(&handle).map(|kept| &kept.row)
    }

    /// The row with this handle, to be changed.
    pub(crate) fn get_mut(&mut self, handle: u32) -> Option<&mut Row> {
        self.rows.get_mut(&handle).map(|kept| &mut kept.row)
    }

    /// Whether a kept row has this handle.
    pub(crate) fn contains(&self, handle: u32) -> bool {
        self.rows.contains_key(&handle)
    }

    /// Takes the row with this handle out.
    pub(crate) fn remove(&mut self, handle: u32) -> Option<Row> {
        let row = self.rows.remove(&handle)?.row;
        self.cost -= Self::cost(1, row.branches().len());
        Some(row)
    }

    /// Takes all rows out.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = Kept> + use<> {
        self.cost = 0;
        self.settle();
        std::mem::take(&mut self.rows).into_values()
    }

    /// The roots of the kept rows; one for each row that is in its tree.
    pub(crate) fn roots(&self) -> impl Iterator<Item = RootId> {
        self.rows.values().flat_map(|kept| kept.row.roots())
    }

    /// How many rows are kept.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

#[cfg(test)]
mod tests;
