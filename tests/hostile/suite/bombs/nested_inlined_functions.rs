//! Debug information with twenty thousand inlined functions in each other, and a trap.

use crate::custom::with_custom;
use crate::dwarf::{END, NESTED, program, sections};

const DEEP: usize = 20_000;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    in_guest("trap_in_execute")
}

/// The guest with this debug information.
pub(crate) fn in_guest(guest: &str) -> Vec<u8> {
    with_custom(guest, |main| {
        let inside = [[NESTED; DEEP], [END; DEEP]].concat();
        sections(main.code, &inside, b"", &program(main.code, 0))
    })
}
