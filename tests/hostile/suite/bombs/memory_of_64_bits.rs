//! A memory with addresses of 64 bits, larger than a slot of the pool.

use wasm_encoder::{MemorySection, MemoryType};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: (4 << 30 >> 16) + 1,
        maximum: None,
        memory64: true,
        shared: false,
        page_size_log2: None,
    });
    with_instances(honest, &module(&memories), 1)
}
