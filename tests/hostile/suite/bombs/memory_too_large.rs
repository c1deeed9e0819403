//! A module whose memory is 4 GiB from the start.

use crate::bomb::{memories, module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    with_instances(honest, &module(&memories(65_536)), 1)
}
