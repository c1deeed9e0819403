//! Arithmetic on 128 bits.

use crate::bomb::{starting, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        for _ in 0..4 {
            start.i64_const(1);
        }
        start.i64_add128().drop().drop();
    });
    with_instances(honest, &module, 1)
}
