//! A stream from one component to another, and a future.

use wasm_encoder::{ComponentTypeSection, PrimitiveValType};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    let item = Some(PrimitiveValType::U8.into());
    types.defined_type().stream(item);
    types.defined_type().future(item);
    with(honest, &types)
}
