//! Waits for nothing when it is prepared.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        wasip2::io::poll::poll(&[]);
        Ok(())
    }
}

hostile_guests::bolt!(Attack);
