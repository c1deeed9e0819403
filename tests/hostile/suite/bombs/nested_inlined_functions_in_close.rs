//! Debug information with twenty thousand inlined functions in each other, of a component
//! that traps when it is closed.

use super::nested_inlined_functions::in_guest;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    in_guest("trap_in_close")
}
