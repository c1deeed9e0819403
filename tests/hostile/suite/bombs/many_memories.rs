//! Five hundred memories with nothing in them: each takes addresses.

use crate::bomb::{memories, module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    with_instances(honest, &module(&memories(0)), 500)
}
