//! Traps when it may free what it has returned.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

use hostile_guests::*;

struct Attack;

/// Whether it has returned: what is freed next is what it returned.
static RETURNED: AtomicBool = AtomicBool::new(false);

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: it does not keep to its contract, which is the attack; what it breaks is its own.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the layout is that of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        if RETURNED.load(Ordering::Relaxed) {
            core::arch::wasm32::unreachable()
        }
        // SAFETY: what is freed is what was allocated above.
        unsafe { System.dealloc(at, layout) }
    }
}

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        drop(batches);
        let error = "it has returned".to_owned();
        RETURNED.store(true, Ordering::Relaxed);
        Err(error)
    }
}

hostile_guests::bolt!(Attack);
