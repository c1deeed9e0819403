//! A memory that threads would share, of which growth is not counted.

use wasm_encoder::{MemorySection, MemoryType};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: Some(65_536),
        memory64: false,
        shared: true,
        page_size_log2: None,
    });
    with_instances(honest, &module(&memories), 1)
}
