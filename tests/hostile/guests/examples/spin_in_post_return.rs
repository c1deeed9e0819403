//! Computes without end when it may free what it has returned.

use hostile_guests::*;

#[global_allocator]
static ALLOCATOR: HostileAllocator = HostileAllocator::on_free(|| spin());

struct Attack;

impl Bolt for Attack {
    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        drop(batches);
        let error = "it has returned".to_owned();
        // What is freed next is what it returns.
        ALLOCATOR.arm();
        Err(error)
    }
}

hostile_guests::bolt!(Attack);
