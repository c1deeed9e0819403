//! Arithmetic that differs from machine to machine.

use crate::bomb::{starting, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        start.v128_const(0).v128_const(1);
        start.i8x16_relaxed_swizzle().drop();
    });
    with_instances(honest, &module, 1)
}
