//! Panics with a message, in a function with a name, that would take over the terminal of
//! who reads them.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        named()
    }
}

#[unsafe(export_name = "\x1b[2Jmine")]
#[inline(never)]
extern "C" fn named() -> ! {
    panic!("\x1b[2J\x1b]0;mine\x07\rfine")
}

hostile_guests::bolt!(Attack);
