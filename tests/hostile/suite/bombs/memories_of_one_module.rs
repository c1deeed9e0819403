//! A module with many memories.

use wasm_encoder::{MemorySection, MemoryType};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut memories = MemorySection::new();
    for _ in 0..100 {
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
    }
    with_instances(honest, &module(&memories), 1)
}
