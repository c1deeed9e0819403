//! The bookkeeping of shuffle: which target gets the next piece of a batch.
//!
//! Each target has a service count: the rows that it got, and those that went to
//! another only because of its load. The targets are in a heap by that count. For a
//! batch, the least served are taken out, and each piece goes to the one of them
//! with the least to do, to the least served of several. With equal loads, service
//! counts are the rows sent and never differ by more than a piece; with unequal
//! loads they do not drift apart either, because a target that is passed over is
//! served as well as the one that gets the piece.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Loads;

#[derive(Debug, Clone)]
pub(crate) struct Balance {
    /// The targets, as the grouping's caller numbers them.
    targets: Vec<u32>,
    /// The least served first.
    heap: BinaryHeap<Reverse<Service>>,
    /// Those taken out for the batch at hand.
    candidates: Vec<Candidate>,
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

#[derive(Debug, Clone, Copy)]
struct Candidate {
    service: Service,
    /// When the batch came.
    load: u64,
    /// What it got of the batch, which no load shows yet.
    given: u64,
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
            targets,
            heap,
            candidates: Vec::new(),
        }
    }

    /// Begins a batch by looking at the loads of the least served targets, `most`
    /// at most. Says how many of them have nothing to do, and looks no further
    /// when it has found `enough` of these.
    pub(crate) fn begin(&mut self, most: usize, enough: usize, loads: &dyn Loads) -> usize {
        let mut idle = 0;
        while self.candidates.len() < most
            && idle < enough
            && let Some(Reverse(service)) = self.heap.pop()
        {
            let load = loads.queued(self.targets[service.slot as usize] as usize);
            idle += usize::from(load == 0);
            self.candidates.push(Candidate {
                service,
                load,
                given: 0,
            });
        }
        idle
    }

    /// The target of a piece. `nominal` is the same for all pieces of a batch,
    /// though one may have a row less, so that such a row decides nothing.
    pub(crate) fn place(&mut self, rows: usize, nominal: usize) -> u32 {
        let Some(chosen) = self.candidates.iter_mut().min_by_key(|candidate| {
            let work = candidate.load.saturating_add(candidate.given);
            (work, candidate.service)
        }) else {
            return 0;
        };
        chosen.given += nominal as u64;
        let Candidate { service, load, .. } = *chosen;
        for candidate in &mut self.candidates {
            // Passed over for its load, not for what it got of this batch.
            let passed_over = candidate.service < service && candidate.load > load;
            if passed_over || candidate.service.slot == service.slot {
                candidate.service.rows += rows as u64;
            }
        }
        self.targets[service.slot as usize]
    }

    /// Ends a batch: what it gave is part of the loads from now on.
    pub(crate) fn end(&mut self) {
        let services = self.candidates.drain(..).map(|c| Reverse(c.service));
        self.heap.extend(services);
    }
}
