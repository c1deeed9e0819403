//! Nine hundred tables with nothing in them.

use crate::bomb::{module, tables, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    with_instances(honest, &module(&tables(0)), 900)
}
