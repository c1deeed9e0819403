//! The bookkeeping of shuffle: which target gets the next piece.
//!
//! Each target has a service count: the rows that it got, and those that went to
//! another only because of its load. The targets are kept in a heap by that count.
//! A piece goes to the least loaded of those that were served least; with equal
//! loads that is the one served least. Service counts therefore never drift
//! apart by more than about a piece, whatever the loads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Loads;

/// How many targets are looked at for a piece.
const LOOKED_AT: usize = 8;

#[derive(Debug, Clone)]
pub(crate) struct Balance {
    /// The targets, as the grouping's caller numbers them.
    targets: Vec<u32>,
    /// The least served first.
    heap: BinaryHeap<Reverse<Service>>,
    /// Those taken from the heap for a moment, the least served first.
    looked_at: Vec<Service>,
    /// The rows that each got of the batch at hand, which no load shows yet.
    given: Vec<u64>,
    /// Those with rows in `given`.
    touched: Vec<u32>,
}

/// Ordered by rows, then by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Service {
    rows: u64,
    /// The order among equals: a rotation, so that emitters begin differently.
    place: u32,
    /// An index into `targets`.
    slot: u32,
}

impl Balance {
    /// `targets` is not empty.
    pub(crate) fn new(targets: Vec<u32>, start: usize) -> Self {
        let count = targets.len();
        let start = start % count.max(1);
        let heap = (0..count)
            .map(|slot| {
                Reverse(Service {
                    rows: 0,
                    place: ((slot + count - start) % count) as u32,
                    slot: slot as u32,
                })
            })
            .collect();
        Self {
            given: vec![0; count],
            targets,
            heap,
            looked_at: Vec::with_capacity(LOOKED_AT),
            touched: Vec::new(),
        }
    }

    /// How many of the `most` least served targets have nothing to do.
    pub(crate) fn idle(&mut self, most: usize, loads: &dyn Loads) -> usize {
        while self.looked_at.len() < most
            && let Some(Reverse(next)) = self.heap.pop()
        {
            self.looked_at.push(next);
        }
        let idle = self
            .looked_at
            .iter()
            .filter(|service| self.queued(service.slot, loads) == 0)
            .count();
        self.heap.extend(self.looked_at.drain(..).map(Reverse));
        idle
    }

    /// The target of a piece of so many rows.
    pub(crate) fn place(&mut self, rows: usize, loads: &dyn Loads) -> u32 {
        let mut best = 0;
        let mut least = u64::MAX;
        while self.looked_at.len() < LOOKED_AT
            && least > 0
            && let Some(Reverse(next)) = self.heap.pop()
        {
            let load = self.queued(next.slot, loads) + self.given[next.slot as usize];
            if load < least {
                (best, least) = (self.looked_at.len(), load);
            }
            self.looked_at.push(next);
        }
        let slot = self.looked_at[best].slot;
        let chosen_load = self.queued(slot, loads);
        for index in 0..best {
            // Passed over for its load, not for what it got of this batch.
            if self.queued(self.looked_at[index].slot, loads) > chosen_load {
                self.looked_at[index].rows += rows as u64;
            }
        }
        self.looked_at[best].rows += rows as u64;
        self.heap.extend(self.looked_at.drain(..).map(Reverse));
        self.given[slot as usize] += rows as u64;
        self.touched.push(slot);
        self.targets[slot as usize]
    }

    /// Ends a batch: what it gave is part of the loads from now on.
    pub(crate) fn end_batch(&mut self) {
        for slot in self.touched.drain(..) {
            self.given[slot as usize] = 0;
        }
    }

    fn queued(&self, slot: u32, loads: &dyn Loads) -> u64 {
        loads.queued(self.targets[slot as usize] as usize)
    }
}
