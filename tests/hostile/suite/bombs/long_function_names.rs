//! Functions with names of 99,000 characters, and a trap.

use crate::custom::with_custom;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    with_custom("trap_in_execute", |main| {
        let name = "n".repeat(99_000);
        vec![main.named(&["#execute", "panic", "abort"], &name)]
    })
}
