//! A function of C++ with a name that expands, and a trap.

use super::cpp_name_that_expands::in_guest;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    in_guest("trap_in_execute", "#execute")
}
