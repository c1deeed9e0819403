//! Traps when the host asks it for the memory of the rows that it is to be given.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

use hostile_guests::*;

struct Attack;

/// Whether it is prepared: what is allocated next is for the rows of its first call.
static PREPARED: AtomicBool = AtomicBool::new(false);

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: it does not keep to its contract, which is the attack; what it breaks is its own.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if PREPARED.load(Ordering::Relaxed) {
            core::arch::wasm32::unreachable()
        }
        // SAFETY: the layout is that of the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: what is freed is what was allocated above.
        unsafe { System.dealloc(at, layout) }
    }
}

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        PREPARED.store(true, Ordering::Relaxed);
        Ok(())
    }
}

hostile_guests::bolt!(Attack);
