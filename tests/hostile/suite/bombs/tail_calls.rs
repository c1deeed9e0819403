//! A function that calls itself without end and needs no stack for it.

use crate::bomb::{starting, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        start.return_call(0);
    });
    with_instances(honest, &module, 1)
}
