//! Traps when the host asks it for the memory of the rows that it is to be given.

use hostile_guests::*;

#[global_allocator]
static ALLOCATOR: HostileAllocator =
    HostileAllocator::on_alloc(|| core::arch::wasm32::unreachable());

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        // What is allocated next is for the rows of its first call.
        ALLOCATOR.arm();
        Ok(())
    }
}

hostile_guests::bolt!(Attack);
