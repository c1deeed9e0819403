//! Computes without end before any of its functions is called: a constructor of a static.

use hostile_guests::*;

struct Attack;

#[used]
#[unsafe(link_section = ".init_array")]
static START: extern "C" fn() = start;

extern "C" fn start() {
    spin()
}

impl Bolt for Attack {}

hostile_guests::bolt!(Attack);
