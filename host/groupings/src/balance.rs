//! The bookkeeping of shuffle: which target gets the next piece of a batch.
//!
//! Each target has a service count: the rows that it got, and those that went to
//! another only because of its load. The targets are in a heap by that count. For a
//! batch, the least served are taken out, and each piece goes to the one of them
//! with the least to do, to the least served of several. With equal loads, service
//! counts are the rows sent and never differ by more than a piece; with unequal
//! loads they do not drift apart either, because a target that is passed over is
//! served as well as the one that gets the piece.
//!
//! Targets that were never looked at are in no heap: what is kept grows with what a
//! task has sent, not with the targets that it could send to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Loads;

#[derive(Debug, Clone)]
pub(crate) struct Balance {
    among: Among,
    /// The slot that is served first.
    start: usize,
    /// The first place in the rotation that was never looked at. It and all after it
    /// got nothing, and are not in the heap.
    fresh: usize,
    /// The least served first.
    heap: BinaryHeap<Reverse<Service>>,
    /// Those taken out for the batch at hand.
    candidates: Vec<Candidate>,
}

/// The targets to choose among. A slot is a position among them.
#[derive(Debug, Clone)]
enum Among {
    /// So many, each at the slot of its number.
    All(usize),
    /// These.
    Some(Vec<u32>),
}

impl Among {
    fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(targets) => targets.len(),
        }
    }

    /// The target at a slot, as the grouping's caller numbers it.
    fn target(&self, slot: u32) -> u32 {
        match self {
            Self::All(_) => slot,
            Self::Some(targets) => targets[slot as usize],
        }
    }
}

/// Ordered by rows, then by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Service {
    rows: u64,
    /// The order among equals: a rotation, so that emitters begin differently.
    place: u32,
    /// Which of the targets.
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
    /// Among all of `targets` targets, which is not 0.
    pub(crate) fn all(targets: usize, start: usize) -> Self {
        Self::new(Among::All(targets), start)
    }

    /// Among these targets. There is at least one.
    pub(crate) fn some(targets: Vec<u32>, start: usize) -> Self {
        Self::new(Among::Some(targets), start)
    }

    fn new(among: Among, start: usize) -> Self {
        Self {
            start: start % among.len().max(1),
            among,
            fresh: 0,
            heap: BinaryHeap::new(),
            candidates: Vec::new(),
        }
    }

    /// Takes out the least served target.
    fn pop(&mut self) -> Option<Service> {
        let count = self.among.len();
        let fresh = (self.fresh < count).then(|| Service {
            rows: 0,
            place: self.fresh as u32,
            slot: ((self.fresh + self.start) % count) as u32,
        });
        match (self.heap.peek(), fresh) {
            (Some(Reverse(known)), Some(fresh)) if fresh < *known => {
                self.fresh += 1;
                Some(fresh)
            }
            (None, Some(fresh)) => {
                self.fresh += 1;
                Some(fresh)
            }
            _ => self.heap.pop().map(|Reverse(known)| known),
        }
    }

    /// Begins a batch by looking at the loads of the least served targets, `most`
    /// at most. Says how many of them have nothing to do, and looks no further
    /// when it has found `enough` of these.
    pub(crate) fn begin(&mut self, most: usize, enough: usize, loads: &dyn Loads) -> usize {
        let mut idle = 0;
        while self.candidates.len() < most
            && idle < enough
            && let Some(service) = self.pop()
        {
            let load = loads.queued(self.among.target(service.slot) as usize);
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
        self.among.target(service.slot)
    }

    /// Ends a batch: what it gave is part of the loads from now on.
    pub(crate) fn end(&mut self) {
        let services = self.candidates.drain(..).map(|c| Reverse(c.service));
        self.heap.extend(services);
    }
}
