//! A memory of pages that have one byte.

use wasm_encoder::{MemorySection, MemoryType};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1 << 31,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: Some(0),
    });
    with_instances(honest, &module(&memories), 1)
}
