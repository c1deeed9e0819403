//! What rows take of the memory of the host: not only their values.
//!
//! A row without a byte of values costs its host as well: a batch has a header, each of
//! its columns has one, and so has its lineage. The bounds on what rows may take count
//! this. It is an estimate that is never far below what the allocator gives out, and not
//! far above it; `tests/cost.rs` holds it to a counting allocator.
//!
//! Rows that share the values of a larger batch ([`Columns::slice`]) keep all of them in
//! memory. The cost of a part is that of its own values, so whoever parts a batch must
//! count the whole of it for as long as any part is there.

use std::mem::size_of;

use arrow_array::{Array, ArrayRef, StringArray};

use crate::{Batch, Columns, Lineage, Run};

/// What an allocator adds to what it is asked for, about.
const ALLOCATION: usize = 16;

/// The counters in front of what an `Arc` points to.
const COUNTERS: usize = 2 * size_of::<usize>();

/// The header of a buffer: where it is, how long, and how it is given back.
const BUFFER: usize = 64 + ALLOCATION;

/// The header of a column without its buffers. A column of text has the largest.
const COLUMN: usize = COUNTERS + size_of::<StringArray>() + ALLOCATION;

/// The header of a batch, without those of its columns.
const BATCH: usize = size_of::<Batch>() + COUNTERS + ALLOCATION;

impl Columns {
    /// Bytes of the host's memory that these columns take: values, validity, and the
    /// headers of the columns and of what holds them.
    pub fn cost(&self) -> usize {
        let rows = self.rows();
        let columns = self.arrays().iter().map(|array| {
            let nulls = match array.nulls() {
                Some(_) => BUFFER + rows.div_ceil(8),
                None => 0,
            };
            // Texts and byte strings have two buffers.
            COLUMN + 2 * BUFFER + nulls + size_of::<ArrayRef>()
        });
        // One offset more than there are rows is in the header.
        BATCH + columns.sum::<usize>() + self.bytes()
    }

    /// Bytes of the buffers that these columns keep in memory: more than they cost if they
    /// are a part of others, and then those of all of these.
    pub fn buffers(&self) -> usize {
        let buffers = self.arrays().iter();
        buffers.map(|array| array.get_buffer_memory_size()).sum()
    }

    /// Whether they keep much more in memory than they cost, because they are a part of
    /// others. Whoever keeps them for long, and is charged with them alone, copies them.
    pub fn keep_others(&self) -> bool {
        self.buffers() > self.cost() / 4 * 5
    }

    /// Bytes that a part of these columns takes which shares its values with them.
    pub fn cost_of_part(&self) -> usize {
        BATCH + self.arrays().len() * (COLUMN + size_of::<ArrayRef>())
    }
}

impl Lineage {
    /// Bytes of the host's memory that it takes.
    pub fn cost(&self) -> usize {
        let numbers = |vectors: &[&Vec<u64>]| -> usize {
            let bytes = vectors
                .iter()
                .map(|vector| size_of::<u64>() * vector.capacity());
            bytes.sum::<usize>() + vectors.len() * ALLOCATION
        };
        match self {
            Self::Untracked { .. } => 0,
            Self::Runs(runs) => size_of::<Run>() * runs.capacity() + ALLOCATION,
            Self::One { roots, edges } => numbers(&[roots, edges]),
            Self::Many {
                offsets,
                roots,
                edges,
            } => size_of::<u32>() * offsets.capacity() + ALLOCATION + numbers(&[roots, edges]),
        }
    }
}

impl Batch {
    /// Bytes of the host's memory that it takes.
    pub fn cost(&self) -> usize {
        self.columns.cost() + self.lineage.cost()
    }
}
