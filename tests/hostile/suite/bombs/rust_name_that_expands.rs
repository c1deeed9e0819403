//! Functions of Rust with a short name that is a million characters as it stands in a
//! source, and a trap.

use crate::custom::with_custom;
use crate::mangled::rust;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    with_custom("trap_in_execute", |main| {
        vec![main.named(&["#execute", "panic", "abort"], &rust(40))]
    })
}
