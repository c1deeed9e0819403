//! A module whose code is not valid: it adds numbers that it does not have.

use crate::bomb::{starting, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        start.i32_add().drop();
    });
    with_instances(honest, &module, 1)
}
