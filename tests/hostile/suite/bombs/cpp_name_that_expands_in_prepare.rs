//! A function of C++ with a name that expands, and an error of the host that is no trap
//! when it is prepared.

use super::cpp_name_that_expands::in_guest;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    in_guest("poll_nothing_in_prepare", "#prepare")
}
