//! Errors that the host keeps for components.

use wasm_encoder::{ComponentTypeSection, PrimitiveValType};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    types
        .defined_type()
        .primitive(PrimitiveValType::ErrorContext);
    with(honest, &types)
}
