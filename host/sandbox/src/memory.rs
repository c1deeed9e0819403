//! Bounds the memory of an instance: all its linear memories and tables together.

use wasmtime::ResourceLimiter;

/// What an element of a table takes.
const ELEMENT: u64 = size_of::<usize>() as u64;

/// How many memories, tables and core instances a component may have. Far more
/// than compilers make, few enough that each may cost the host some kilobytes.
pub(crate) const MEMORIES: usize = 64;
pub(crate) const TABLES: usize = 512;
pub(crate) const INSTANCES: usize = 1_024;

/// Counts what an instance has and refuses what goes beyond its limit.
#[derive(Debug)]
pub(crate) struct MemoryLimit {
    limit: u64,
    used: u64,
    /// What the growth that was allowed last added, to be taken back if it fails.
    last: u64,
    refused: Option<u64>,
}

impl MemoryLimit {
    /// Nothing is used of this many bytes.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
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

    /// How many bytes there would have been, had the last refused growth of this
    /// call been allowed.
    pub(crate) fn refused(&self) -> Option<u64> {
        self.refused
    }

    fn grow(&mut self, by: u64) -> bool {
        let wanted = self.used.saturating_add(by);
        if wanted > self.limit {
            self.refused = Some(wanted);
            self.last = 0;
            return false;
        }
        self.used = wanted;
        self.last = by;
        true
    }

    fn take_back(&mut self) {
        self.used = self.used.saturating_sub(self.last);
        self.last = 0;
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

    #[test]
    fn memories_and_tables_are_counted_together() {
        let mut limit = MemoryLimit::new(1_000);
        assert!(limit.memory_growing(0, 600, None).unwrap());
        assert!(limit.table_growing(0, 40, None).unwrap());
        assert_eq!(limit.used(), 920);
        assert!(!limit.memory_growing(600, 700, None).unwrap());
        assert_eq!(limit.refused(), Some(1_020));
        assert!(
            limit.memory_growing(0, 80, None).unwrap(),
            "a second memory"
        );
        assert_eq!(limit.used(), 1_000);
    }

    #[test]
    fn what_failed_to_grow_is_not_counted() {
        let mut limit = MemoryLimit::new(1_000);
        assert!(limit.memory_growing(0, 900, None).unwrap());
        limit
            .memory_grow_failed(wasmtime::format_err!("out of memory"))
            .unwrap();
        assert_eq!(limit.used(), 0);
    }

    #[test]
    fn sizes_near_the_end_of_the_range_do_not_overflow() {
        let mut limit = MemoryLimit::new(u64::MAX - 1);
        assert!(limit.memory_growing(0, 1_000, None).unwrap());
        assert!(!limit.table_growing(0, usize::MAX, None).unwrap());
    }
}
