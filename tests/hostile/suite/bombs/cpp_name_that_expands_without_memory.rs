//! A function of C++ with a name that expands, and too much memory that is asked for.

use super::cpp_name_that_expands::in_guest;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    in_guest("allocate_in_one_memory", "#execute")
}
