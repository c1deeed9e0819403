//! A list that always has four billion elements.

use wasm_encoder::{ComponentTypeSection, PrimitiveValType};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    let types_of = types.defined_type();
    types_of.fixed_length_list(PrimitiveValType::U8, u32::MAX);
    with(honest, &types)
}
