//! A map from texts to texts.

use wasm_encoder::{ComponentTypeSection, PrimitiveValType};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    let text = PrimitiveValType::String;
    types.defined_type().map(text, text);
    with(honest, &types)
}
