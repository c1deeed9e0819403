//! Debug information of which the lines are told in 3 MB.

use crate::custom::with_custom;
use crate::dwarf::{program, sections};

const SEQUENCES: u32 = 270_000;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    with_custom("trap_in_execute", |main| {
        sections(main.code, &[], b"", &program(main.code, SEQUENCES))
    })
}
