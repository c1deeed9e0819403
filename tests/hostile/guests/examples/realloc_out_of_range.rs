//! Says that the memory for the rows lies behind the end of its own.

use hostile_guests::*;

#[global_allocator]
static ALLOCATOR: HostileAllocator = HostileAllocator::on_alloc(|| Some(0xffff_ff00));

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        // What is allocated next is for the rows of its first call.
        ALLOCATOR.arm();
        Ok(())
    }
}

hostile_guests::bolt!(Attack);
