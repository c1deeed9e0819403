//! Scatter: from a choice to one part a target.
//!
//! Laws: the parts hold every row as often as the choice names targets for it; the
//! rows of a target are in order; only targets that get rows appear. The work is
//! that of the rows and of the targets that get some, not of all targets, and the
//! buffers are kept.

use crate::{Choice, Chosen, Slice};

/// The parts of a batch. Keep it and use it again.
#[derive(Debug, Clone, Default)]
pub struct Scatter {
    shape: Shape,
    /// The rows of all targets in `parts`, end to end.
    positions: Vec<u32>,
    /// The targets that get rows by position, in the order of their first row.
    parts: Vec<Rows>,
    /// For each target, one more than its index in `parts`, or 0. All are 0 between
    /// two calls.
    part_of: Vec<u32>,
    slices: Vec<Slice>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Shape {
    #[default]
    Nowhere,
    /// All rows to the targets from one index up to another.
    Whole(usize, usize),
    Slices,
    Rows,
}

#[derive(Debug, Clone, Copy)]
struct Rows {
    target: u32,
    count: u32,
    end: u32,
}

/// What one target gets of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// All rows.
    Whole,
    /// `len` rows from `start` on: to be sliced, without a copy.
    Slice {
        /// The first row.
        start: usize,
        /// How many rows.
        len: usize,
    },
    /// The rows at these positions, ascending: to be gathered.
    Rows(&'a [u32]),
}

impl Part<'_> {
    /// How many rows the part has, of a batch of `rows` rows.
    pub fn len(&self, rows: usize) -> usize {
        match self {
            Self::Whole => rows,
            Self::Slice { len, .. } => *len,
            Self::Rows(positions) => positions.len(),
        }
    }
}

impl Scatter {
    /// Sorts the rows of a batch by target. `rows` and `targets`, their numbers,
    /// are those that the choice was made for.
    ///
    /// # Panics
    /// If the choice was made for more targets.
    pub fn scatter(&mut self, choice: &Choice, rows: usize, targets: usize) {
        self.shape = match choice.chosen() {
            Chosen::Nowhere => Shape::Nowhere,
            Chosen::All => Shape::Whole(0, targets),
            Chosen::Whole(target) => Shape::Whole(target as usize, target as usize + 1),
            Chosen::Slices(slices) => {
                self.slices.clear();
                self.slices.extend_from_slice(slices);
                Shape::Slices
            }
            Chosen::Each(each) => {
                self.sort(targets, || (0..).zip(each.iter().copied()));
                Shape::Rows
            }
            Chosen::Lists {
                offsets,
                targets: listed,
            } => {
                self.sort(targets, || {
                    (0..).zip(offsets.windows(2)).flat_map(|(row, range)| {
                        let targets = &listed[range[0] as usize..range[1] as usize];
                        targets.iter().map(move |&target| (row, target))
                    })
                });
                Shape::Rows
            }
        };
        debug_assert!(self.parts().all(|(_, part)| part.len(rows) <= rows));
    }

    /// A counting sort of pairs of row and target, by target.
    fn sort<I: Iterator<Item = (u32, u32)>>(&mut self, targets: usize, pairs: impl Fn() -> I) {
        if self.part_of.len() < targets {
            self.part_of.resize(targets, 0);
        }
        self.parts.clear();
        for (_, target) in pairs() {
            let part_of = &mut self.part_of[target as usize];
            if *part_of == 0 {
                self.parts.push(Rows {
                    target,
                    count: 0,
                    end: 0,
                });
                *part_of = self.parts.len() as u32;
            }
            self.parts[*part_of as usize - 1].count += 1;
        }
        let mut total = 0;
        for part in &mut self.parts {
            part.end = total;
            total += part.count;
        }
        self.positions.clear();
        self.positions.resize(total as usize, 0);
        for (row, target) in pairs() {
            let part = &mut self.parts[self.part_of[target as usize] as usize - 1];
            self.positions[part.end as usize] = row;
            part.end += 1;
        }
        for part in &self.parts {
            self.part_of[part.target as usize] = 0;
        }
    }

    /// How many rows all parts have together that are to be gathered, a row once for each of
    /// its targets: so many places its buffers have.
    pub fn gathered(&self) -> usize {
        match self.shape {
            Shape::Rows => self.positions.len(),
            Shape::Nowhere | Shape::Whole(..) | Shape::Slices => 0,
        }
    }

    /// The targets that get rows, and what they get. A target comes more than once
    /// only if it has several slices.
    pub fn parts(&self) -> impl Iterator<Item = (usize, Part<'_>)> {
        let (first, last, slices, rows): (usize, usize, &[Slice], &[Rows]) = match self.shape {
            Shape::Nowhere => (0, 0, &[], &[]),
            Shape::Whole(first, last) => (first, last, &[], &[]),
            Shape::Slices => (0, 0, &self.slices, &[]),
            Shape::Rows => (0, 0, &[], &self.parts),
        };
        let whole = (first..last).map(|target| (target, Part::Whole));
        let slices = slices.iter().map(|slice| {
            let (start, len) = (slice.start as usize, slice.len as usize);
            (slice.target as usize, Part::Slice { start, len })
        });
        let rows = rows.iter().map(|part| {
            let end = part.end as usize;
            let positions = &self.positions[end - part.count as usize..end];
            (part.target as usize, run_or_rows(positions))
        });
        whole.chain(slices).chain(rows)
    }
}

/// Positions ascend without repeats, so they are a run if their ends say so.
fn run_or_rows(positions: &[u32]) -> Part<'_> {
    match positions {
        [start, .., last] if (last - start) as usize + 1 == positions.len() => Part::Slice {
            start: *start as usize,
            len: positions.len(),
        },
        [start] => Part::Slice {
            start: *start as usize,
            len: 1,
        },
        _ => Part::Rows(positions),
    }
}

#[cfg(test)]
mod tests;
