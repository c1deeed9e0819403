//! Says that the memory for the rows begins at an odd address.

use hostile_guests::*;

#[global_allocator]
static ALLOCATOR: HostileAllocator = HostileAllocator::on_alloc(|| Some(4097));

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        // What is allocated next is for the rows of its first call.
        ALLOCATOR.arm();
        Ok(())
    }
}

hostile_guests::bolt!(Attack);
