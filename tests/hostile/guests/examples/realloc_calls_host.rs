//! Calls the host while the host asks it for the memory of the rows.

use hostile_guests::*;

#[global_allocator]
static ALLOCATOR: HostileAllocator = HostileAllocator::on_alloc(|| {
    metrics::count("reentered", 1);
    None
});

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        // What is allocated next is for the rows of its first call.
        ALLOCATOR.arm();
        Ok(())
    }
}

hostile_guests::bolt!(Attack);
