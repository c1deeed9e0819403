//! A module that traps when it is instantiated.

use crate::bomb::{starting, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        start.unreachable();
    });
    with_instances(honest, &module, 1)
}
