//! Objects that somebody would have to collect.

use wasm_encoder::{StorageType, TypeSection};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().array(&StorageType::I8, true);
    with_instances(honest, &module(&types), 1)
}
