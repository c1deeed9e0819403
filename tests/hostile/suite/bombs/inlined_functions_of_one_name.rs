//! A thousand functions that are inlined where it traps, and share a name of 4 MB.

use crate::custom::with_custom;
use crate::dwarf::{END, inlined, program, sections};

const FUNCTIONS: usize = 1_000;
const NAME: usize = 4 << 20;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    with_custom("trap_in_execute", |main| {
        let mut inside = inlined(main.code).repeat(FUNCTIONS);
        inside.extend([END; FUNCTIONS]);
        let name = vec![b'n'; NAME];
        sections(main.code, &inside, &name, &program(main.code, 0))
    })
}
