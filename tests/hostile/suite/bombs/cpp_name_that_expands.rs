//! A function of C++ with a name of 411 bytes, which is longer than 2^40 as it stands in a
//! source, and an error of the host that is no trap.

use crate::custom::with_custom;
use crate::mangled::cpp;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    in_guest("poll_nothing", "#execute")
}

/// The guest, in which functions that are called like this have the name.
pub(crate) fn in_guest(guest: &str, functions: &str) -> Vec<u8> {
    with_custom(guest, |main| vec![main.named(&[functions], &cpp(40))])
}
