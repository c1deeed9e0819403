//! The rows that a task has been given, and what becomes of each.
//!
//! A row is acked when the call that brought it returns, unless the bolt keeps or fails
//! it. The table knows the rows of the current call and those kept from earlier calls,
//! so that a wrong handle is an error at the line that uses it: the host would refuse
//! the whole call. Invariants: a row is acked or failed at most once; what a failed
//! attempt did is undone completely by [`Handles::rollback`].

use std::collections::{BTreeMap, BTreeSet};

use crate::wit;

/// The handle of a row: to keep it, and to anchor to it, ack it or fail it later.
///
/// It is valid until the row is acked or failed, in this instance of the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub(crate) u32);

/// Why a handle cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// The row was neither given in this call nor kept in an earlier one.
    #[error("row {} is unknown: it is not of this call and was not kept", .0.0)]
    Unknown(Handle),
    /// The row was acked or failed before.
    #[error("row {} has already been {}", .row.0, if *.acked { "acked" } else { "failed" })]
    Settled {
        /// The row.
        row: Handle,
        /// Acked, not failed.
        acked: bool,
    },
}

/// What a call has done with a row; without an entry it is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Kept,
    Acked,
    Failed,
}

/// The rows of the current call and those kept from earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    /// First handle and number of rows of each batch of the call.
    current: Vec<(u32, u32)>,
    /// Kept in earlier calls.
    held: BTreeSet<u32>,
    /// What this call has done.
    marks: BTreeMap<u32, Mark>,
    failed: Vec<wit::FailedRow>,
    extended: Vec<u32>,
    /// The marks that the current attempt replaced, in order.
    undo: Vec<(u32, Option<Mark>)>,
    /// Lengths of `failed` and `extended` when the attempt began.
    begun: (usize, usize),
}

impl Handles {
    /// Begins a call with these rows: first handle and number of each batch.
    pub(crate) fn start(&mut self, rows: impl IntoIterator<Item = (u32, u32)>) {
        self.current.clear();
        self.current.extend(rows);
        self.marks.clear();
        self.failed.clear();
        self.extended.clear();
        self.begin();
    }

    /// Begins an attempt that may be rolled back.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.undo.clear();
        self.begun = (self.failed.len(), self.extended.len());
    }

    /// Undoes everything since the attempt began.
    pub(crate) fn rollback(&mut self) {
        for (row, before) in self.undo.drain(..).rev() {
            match before {
                Some(mark) => self.marks.insert(row, mark),
                None => self.marks.remove(&row),
            };
        }
        self.failed.truncate(self.begun.0);
        self.extended.truncate(self.begun.1);
    }

    fn is_current(&self, row: u32) -> bool {
        self.current
            .iter()
            .any(|&(first, rows)| row.wrapping_sub(first) < rows)
    }

    /// Checks that a row may be anchored to, kept, acked, failed or extended.
    #[inline]
    pub(crate) fn check(&self, handle: Handle) -> Result<(), HandleError> {
        match self.marks.get(&handle.0) {
            Some(Mark::Acked) => Err(HandleError::Settled {
                row: handle,
                acked: true,
            }),
            Some(Mark::Failed) => Err(HandleError::Settled {
                row: handle,
                acked: false,
            }),
            Some(Mark::Kept) => Ok(()),
            None if self.is_current(handle.0) || self.held.contains(&handle.0) => Ok(()),
            None => Err(HandleError::Unknown(handle)),
        }
    }

    /// [`check`](Self::check) for many rows. Neighbours are mostly of one batch.
    pub(crate) fn check_all(&self, rows: impl Iterator<Item = u32>) -> Result<(), HandleError> {
        let mut batch = (0, 0);
        for row in rows {
            let (first, count) = batch;
            if row.wrapping_sub(first) < count {
                continue;
            }
            self.check(Handle(row))?;
            if self.is_untouched() {
                let mut current = self.current.iter();
                let found = current.find(|&&(first, rows)| row.wrapping_sub(first) < rows);
                batch = found.copied().unwrap_or_default();
            }
        }
        Ok(())
    }

    /// Whether nothing has been marked in this call, so that the rows given in it are
    /// all good.
    #[inline]
    pub(crate) fn is_untouched(&self) -> bool {
        self.marks.is_empty()
    }

    fn mark(&mut self, handle: Handle, mark: Mark) -> Result<(), HandleError> {
        self.check(handle)?;
        let before = self.marks.insert(handle.0, mark);
        self.undo.push((handle.0, before));
        Ok(())
    }

    pub(crate) fn keep(&mut self, handle: Handle) -> Result<(), HandleError> {
        self.mark(handle, Mark::Kept)
    }

    pub(crate) fn ack(&mut self, handle: Handle) -> Result<(), HandleError> {
        self.mark(handle, Mark::Acked)
    }

    pub(crate) fn fail(&mut self, handle: Handle, reason: String) -> Result<(), HandleError> {
        self.mark(handle, Mark::Failed)?;
        self.failed.push(wit::FailedRow {
            row: handle.0,
            reason,
        });
        Ok(())
    }

    pub(crate) fn extend(&mut self, handle: Handle) -> Result<(), HandleError> {
        self.check(handle)?;
        self.extended.push(handle.0);
        Ok(())
    }

    /// Ends the call: what became of its rows and of those kept before. Rows of the call
    /// that are not named are acked.
    pub(crate) fn finish(&mut self) -> Settlement {
        let mut kept = Vec::new();
        let mut acked = Vec::new();
        for (row, mark) in std::mem::take(&mut self.marks) {
            let was_held = self.held.contains(&row);
            match mark {
                Mark::Kept if was_held => {}
                Mark::Kept => {
                    kept.extend_from_slice(&row.to_le_bytes());
                    self.held.insert(row);
                }
                Mark::Acked if was_held => {
                    acked.extend_from_slice(&row.to_le_bytes());
                    self.held.remove(&row);
                }
                // Acked anyway when the call returns.
                Mark::Acked => {}
                Mark::Failed => {
                    self.held.remove(&row);
                }
            }
        }
        self.undo.clear();
        // Who is not kept has no time-out any more.
        let held = |row: &u32| self.held.contains(row);
        let extended = self
            .extended
            .drain(..)
            .filter(held)
            .flat_map(u32::to_le_bytes)
            .collect();
        Settlement {
            kept: if kept.is_empty() {
                wit::Kept::None
            } else {
                wit::Kept::These(kept)
            },
            acked,
            failed: std::mem::take(&mut self.failed),
            extended,
        }
    }
}

/// What became of rows in a call.
pub(crate) struct Settlement {
    pub(crate) kept: wit::Kept,
    pub(crate) acked: Vec<u8>,
    pub(crate) failed: Vec<wit::FailedRow>,
    pub(crate) extended: Vec<u8>,
}

#[cfg(test)]
mod tests;
