//! A module whose table has a billion elements from the start.

use crate::bomb::{module, tables, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    with_instances(honest, &module(&tables(1_000_000_000)), 1)
}
