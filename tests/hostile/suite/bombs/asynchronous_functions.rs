//! A function that goes on after it has returned.

use wasm_encoder::{ComponentTypeSection, PrimitiveValType};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    let none: [(&str, PrimitiveValType); 0] = [];
    types.function().async_(true).params(none).result(None);
    with(honest, &types)
}
