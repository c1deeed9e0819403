//! An allocator that attacks: the host has a guest allocate when it lowers rows into its
//! memory (`realloc`), and free when it has read what a call returned.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

/// Allocates as everybody does until it is armed.
pub struct HostileAllocator {
    armed: AtomicBool,
    on_alloc: fn() -> Option<usize>,
    on_free: fn(),
}

impl HostileAllocator {
    /// Does this when it is asked for memory: an address is what it gives, `None` has it
    /// give what it should.
    pub const fn on_alloc(on_alloc: fn() -> Option<usize>) -> Self {
        Self {
            armed: AtomicBool::new(false),
            on_alloc,
            on_free: || (),
        }
    }

    /// Does this when memory is given back to it.
    pub const fn on_free(on_free: fn()) -> Self {
        Self {
            armed: AtomicBool::new(false),
            on_alloc: || None,
            on_free,
        }
    }

    /// From now on it attacks.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }

    fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }
}

// SAFETY: it does not keep to its contract, which is the attack; what it breaks is its own.
unsafe impl GlobalAlloc for HostileAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.is_armed()
            && let Some(address) = (self.on_alloc)()
        {
            return address as *mut u8;
        }
        // SAFETY: the layout is that of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if self.is_armed() {
            (self.on_free)();
        }
        // SAFETY: what is freed is what was allocated above.
        unsafe { System.dealloc(at, layout) }
    }
}
