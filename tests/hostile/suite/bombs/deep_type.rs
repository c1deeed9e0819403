//! A list of lists of lists, a hundred thousand deep.

use wasm_encoder::{
    Component, ComponentTypeSection, ComponentValType, NestedComponentSection, PrimitiveValType,
};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    types.ty().defined_type().list(PrimitiveValType::U8);
    for last in 0..100_000 {
        let last = ComponentValType::Type(last);
        types.ty().defined_type().list(last);
    }
    let mut component = Component::new();
    component.section(&types);
    with(honest, &NestedComponentSection(&component))
}
