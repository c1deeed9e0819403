//! Bounds the memory of an instance, all its linear memories and tables together, and that
//! of all instances of a process together, with that of the rows that wait for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::ResourceLimiter;

/// What an element of a table takes.
const ELEMENT: u64 = size_of::<usize>() as u64;

/// How many memories, tables and core instances a component may have. Far more
/// than compilers make, few enough that each may cost the host some kilobytes.
pub(crate) const MEMORIES: usize = 64;
pub(crate) const TABLES: usize = 512;
pub(crate) const INSTANCES: usize = 1_024;

/// What all instances of a process and all rows in it may have together, and what they have.
///
/// Topologies are only admitted if the limits of all their tasks fit, and their rows are
/// given what is left, so this refuses nothing in the course of things. It holds where
/// nobody has admitted anything: a topology that was stored before the budget was made
/// smaller, and instances that are there besides those of tasks.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    used: AtomicU64,
}

impl Budget {
    /// Nothing is used of this many bytes.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            used: AtomicU64::new(0),
        }
    }

    /// Bytes that may be in use.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Takes this many bytes, if there are.
    pub fn take(&self, bytes: u64) -> bool {
        let fits = |used: u64| used.checked_add(bytes).filter(|used| *used <= self.limit);
        // Nothing else depends on the order in which this is seen.
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
            .is_ok()
    }

    /// Takes this many bytes, whether there are or not: they are in use already.
    pub fn add(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Gives back bytes that were taken or added.
    pub fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A growth that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The instance would have had so many bytes, more than its limit.
    Limit(u64),
    /// It wanted so many bytes more, and not so many are left of what all instances of
    /// the process may have together.
    Budget {
        /// What it wanted.
        wanted: u64,
        /// What all may have.
        limit: u64,
    },
}

/// Counts what an instance has and refuses what goes beyond its limit.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    limit: u64,
    budget: Arc<Budget>,
    used: u64,
    /// What the growth that was allowed last added, to be taken back if it fails.
    last: u64,
    refused: Option<Refused>,
}

impl MemoryLimit {
    /// Nothing is used of this many bytes, nor for this instance of the budget.
    pub(crate) fn new(limit: u64, budget: Arc<Budget>) -> Self {
        Self {
            limit,
            budget,
            used: 0,
            last: 0,
            refused: None,
        }
    }

    /// A call begins: what was refused in earlier ones is forgotten.
    pub(crate) fn begin(&mut self) {
        self.refused = None;
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// The last growth that was refused in this call.
    pub(crate) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    fn grow(&mut self, by: u64) -> bool {
        let wanted = self.used.saturating_add(by);
        let refused = if wanted > self.limit {
            Some(Refused::Limit(wanted))
        } else if !self.budget.take(by) {
            let limit = self.budget.limit();
            Some(Refused::Budget { wanted: by, limit })
        } else {
            None
        };
        if refused.is_some() {
            self.refused = refused;
            self.last = 0;
            return false;
        }
        self.used = wanted;
        self.last = by;
        true
    }

    fn take_back(&mut self) {
        self.used = self.used.saturating_sub(self.last);
        self.budget.give_back(self.last);
        self.last = 0;
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        self.budget.give_back(self.used);
    }
}

/// A refused growth is an answer that the guest sees (`memory.grow` returns -1),
/// so that a language which can live with it, as Python with its `MemoryError`,
/// does.
impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current) as u64))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        tracing::debug!(%error, "a memory did not grow");
        self.take_back();
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let elements = desired.saturating_sub(current) as u64;
        Ok(self.grow(elements.saturating_mul(ELEMENT)))
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        tracing::debug!(%error, "a table did not grow");
        self.take_back();
        Ok(())
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn alone(limit: u64) -> MemoryLimit {
        MemoryLimit::new(limit, Arc::new(Budget::new(u64::MAX)))
    }

    #[test]
    fn what_an_instance_has_is_that_of_its_process_until_it_ends() {
        let budget = Arc::new(Budget::new(1_000));
        let mut one = MemoryLimit::new(900, Arc::clone(&budget));
        let mut other = MemoryLimit::new(900, Arc::clone(&budget));
        assert!(one.memory_growing(0, 600, None).unwrap());
        assert!(other.memory_growing(0, 400, None).unwrap());
        assert!(!other.memory_growing(400, 401, None).unwrap());
        let refused = Refused::Budget {
            wanted: 1,
            limit: 1_000,
        };
        assert_eq!(other.refused(), Some(refused));
        assert_eq!(other.used(), 400);
        drop(one);
        assert!(other.memory_growing(400, 900, None).unwrap());
        drop(other);
        assert!(budget.take(1_000));
    }

    #[test]
    fn memories_and_tables_are_counted_together() {
        let mut limit = alone(1_000);
        assert!(limit.memory_growing(0, 600, None).unwrap());
        assert!(limit.table_growing(0, 40, None).unwrap());
        assert_eq!(limit.used(), 920);
        assert!(!limit.memory_growing(600, 700, None).unwrap());
        assert_eq!(limit.refused(), Some(Refused::Limit(1_020)));
        assert!(
            limit.memory_growing(0, 80, None).unwrap(),
            "a second memory"
        );
        assert_eq!(limit.used(), 1_000);
    }

    #[test]
    fn what_failed_to_grow_is_not_counted() {
        let mut limit = alone(1_000);
        assert!(limit.memory_growing(0, 900, None).unwrap());
        limit
            .memory_grow_failed(wasmtime::format_err!("out of memory"))
            .unwrap();
        assert_eq!(limit.used(), 0);
        assert!(limit.budget.take(u64::MAX), "nor of the process");
        limit.budget.give_back(u64::MAX);
    }

    #[test]
    fn sizes_near_the_end_of_the_range_do_not_overflow() {
        let mut limit = alone(u64::MAX - 1);
        assert!(limit.memory_growing(0, 1_000, None).unwrap());
        assert!(!limit.table_growing(0, usize::MAX, None).unwrap());
    }
}
