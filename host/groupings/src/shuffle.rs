//! Shuffle: the work is spread evenly, by load.
//!
//! Laws:
//! - every row goes to exactly one target;
//! - as long as the loads of all targets are equal, the numbers of rows that the
//!   targets got differ by at most the largest piece that was handed out, which is
//!   at most the largest batch and at most [`Shuffle::LARGEST_PIECE`] rows;
//! - a target is passed over only for one that has less to do. What it was passed
//!   over for is not made up for later, so that a target that was slow is not
//!   flooded once it has caught up.
//!
//! A batch moves whole, which copies nothing, unless it is worth more to cut it:
//! into one piece for each target that has nothing to do, so that all of them get
//! work, but of at least [`Shuffle::SMALLEST_PIECE`] rows, below which the cost of
//! a call shows; and into pieces of at most [`Shuffle::LARGEST_PIECE`] rows, so
//! that no target gets all of a large batch. Pieces are runs of rows: they too
//! share the values of their batch.
//!
//! Storm's `LoadAwareShuffleGrouping` re-weighs a ring of 1,000 slots about once a
//! second. Here the loads are live, so each piece is put where there is least to do
//! (join the shortest queue). With many targets only those that were served least
//! are looked at, 8 for a small batch, which is nearly as good (the power of
//! choices) and takes no longer with 10,000 targets than with 8.

use stormcell_batch::Columns;

use crate::balance::Balance;
use crate::{Choice, Grouping, Loads, Targets};

/// How many targets are looked at for a small batch.
const LOOKED_AT: usize = 8;

/// The shuffle grouping.
#[derive(Debug, Clone)]
pub struct Shuffle {
    balance: Balance,
}

impl Shuffle {
    /// A piece of a batch that was cut has no fewer rows.
    pub const SMALLEST_PIECE: usize = 64;

    /// A piece has no more rows. Neighbouring pieces may go to the same target.
    pub const LARGEST_PIECE: usize = 1_024;

    /// A batch is cut into no more pieces for the sake of idle targets.
    const MOST_PIECES: usize = 64;

    /// A grouping that serves the target at `start`, modulo their number, first.
    /// Give each emitting task another start (its task index), so that they do not
    /// all begin with the same target.
    pub fn new(targets: &Targets, start: usize) -> Self {
        Self {
            balance: Balance::all(targets.len(), start),
        }
    }

    /// A grouping that uses these of the targets only.
    pub(crate) fn among(targets: Vec<u32>, start: usize) -> Self {
        Self {
            balance: Balance::some(targets, start),
        }
    }
}

impl Grouping for Shuffle {
    fn choose(&mut self, rows: &Columns, loads: &dyn Loads, out: &mut Choice) {
        let rows = rows.rows();
        if rows == 0 {
            return out.nowhere();
        }
        let at_least = rows.div_ceil(Self::LARGEST_PIECE);
        let at_most = (rows / Self::SMALLEST_PIECE)
            .min(Self::MOST_PIECES)
            .max(at_least);
        let idle = self.balance.begin(at_most.max(LOOKED_AT), at_most, loads);
        let pieces = idle.max(at_least);
        if pieces == 1 {
            out.whole(self.balance.place(rows, rows));
        } else {
            let (len, longer) = (rows / pieces, rows % pieces);
            let nominal = rows.div_ceil(pieces);
            out.slices((0..pieces).map(|piece| {
                let len = len + usize::from(piece < longer);
                (len as u32, self.balance.place(len, nominal))
            }));
        }
        self.balance.end();
    }
}

#[cfg(test)]
mod tests;
