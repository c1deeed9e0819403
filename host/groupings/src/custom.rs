//! Custom: a component of the user's own chooses.
//!
//! Law: what the component returns is taken as it is, or refused as a whole with
//! the first reason: it speaks of exactly the rows it was given, names targets that
//! exist, and names no target twice for a row. A row for which it names no target
//! goes nowhere. (Storm's `CustomStreamGrouping`, `choice` in the WIT package.)

use crate::{Choice, Targets};

/// Why the choice of a custom grouping is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomError {
    /// One target a row, but for another number of rows.
    #[error("the grouping chose targets for {found} rows, expected {expected}")]
    Rows {
        /// The rows of the batch.
        expected: usize,
        /// The rows chosen for.
        found: usize,
    },
    /// Another number of offsets than rows and one.
    #[error("the grouping returned {found} offsets, expected {expected}: one more than rows")]
    OffsetCount {
        /// One more than there are rows.
        expected: usize,
        /// The offsets given.
        found: usize,
    },
    /// Offsets that do not go from 0 up to the number of targets.
    #[error(
        "offset {index} of the grouping's choice is {found}, expected a number from {least} to {most}"
    )]
    Offset {
        /// Which offset, from 0.
        index: usize,
        /// What it is.
        found: usize,
        /// The least that it may be: the offset before it, 0 for the first, how many
        /// targets were listed for the last.
        least: usize,
        /// The most that it may be: how many targets were listed, 0 for the first.
        most: usize,
    },
    /// Targets for a batch without rows.
    #[error("the grouping listed {found} targets for a batch without rows")]
    NoRows {
        /// How many.
        found: usize,
    },
    /// A target that does not exist.
    #[error("the grouping chose target {target} for row {row}, but the targets are 0 to {last}")]
    NoSuchTarget {
        /// The row of the batch, from 0.
        row: usize,
        /// The index given.
        target: u32,
        /// The last one that exists.
        last: usize,
    },
    /// A target twice for a row.
    #[error("the grouping chose target {target} twice for row {row}")]
    Twice {
        /// The row of the batch, from 0.
        row: usize,
        /// The index given.
        target: u32,
    },
}

/// Turns what the component of a custom grouping returns into a choice.
#[derive(Debug, Clone)]
pub struct Custom {
    targets: usize,
    /// For each target, one more than the last row that named it.
    named_by: Vec<usize>,
}

impl Custom {
    /// For a component that chooses among these targets.
    pub fn new(targets: &Targets) -> Self {
        Self {
            targets: targets.len(),
            named_by: Vec::new(),
        }
    }

    /// Takes one target a row for a batch of `rows` rows.
    ///
    /// # Errors
    /// If it is not valid; `out` is unchanged then.
    pub fn accept_each(
        &self,
        rows: usize,
        targets: &[u32],
        out: &mut Choice,
    ) -> Result<(), CustomError> {
        if targets.len() != rows {
            return Err(CustomError::Rows {
                expected: rows,
                found: targets.len(),
            });
        }
        for (row, &target) in targets.iter().enumerate() {
            self.check(row, target)?;
        }
        out.each(targets.iter().copied());
        Ok(())
    }

    /// Takes a list of targets a row, laid end to end, for a batch of `rows` rows:
    /// row i has those from `offsets[i]` up to `offsets[i + 1]`.
    ///
    /// # Errors
    /// If it is not valid; `out` is unchanged then.
    pub fn accept_lists(
        &mut self,
        rows: usize,
        offsets: &[u32],
        targets: &[u32],
        out: &mut Choice,
    ) -> Result<(), CustomError> {
        check_offsets(rows, offsets, targets.len())?;
        self.named_by.clear();
        self.named_by.resize(self.targets, 0);
        for (row, range) in offsets.windows(2).enumerate() {
            for &target in &targets[range[0] as usize..range[1] as usize] {
                self.check(row, target)?;
                let named_by = &mut self.named_by[target as usize];
                if *named_by == row + 1 {
                    return Err(CustomError::Twice { row, target });
                }
                *named_by = row + 1;
            }
        }
        out.lists(offsets, targets);
        Ok(())
    }

    fn check(&self, row: usize, target: u32) -> Result<(), CustomError> {
        if (target as usize) < self.targets {
            Ok(())
        } else {
            Err(CustomError::NoSuchTarget {
                row,
                target,
                last: self.targets - 1,
            })
        }
    }
}

/// From 0 on, never less than before, up to the number of targets.
fn check_offsets(rows: usize, offsets: &[u32], targets: usize) -> Result<(), CustomError> {
    if offsets.len() != rows + 1 {
        return Err(CustomError::OffsetCount {
            expected: rows + 1,
            found: offsets.len(),
        });
    }
    if rows == 0 && targets > 0 {
        return Err(CustomError::NoRows { found: targets });
    }
    let mut before = 0;
    for (index, &offset) in offsets.iter().enumerate() {
        let most = if index == 0 { 0 } else { targets };
        let least = if index == rows { targets } else { before };
        let found = offset as usize;
        if found < least || found > most {
            return Err(CustomError::Offset {
                index,
                found,
                least,
                most,
            });
        }
        before = found;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
