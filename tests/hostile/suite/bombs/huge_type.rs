//! A type of a million million parts, which takes forty lines to say: each is twice the one
//! before.

use wasm_encoder::{
    Component, ComponentTypeSection, ComponentValType, NestedComponentSection, PrimitiveValType,
};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    let number = ComponentValType::Primitive(PrimitiveValType::U64);
    types.ty().defined_type().tuple([number, number]);
    for last in 0..40 {
        let last = ComponentValType::Type(last);
        types.ty().defined_type().tuple([last, last]);
    }
    let mut component = Component::new();
    component.section(&types);
    with(honest, &NestedComponentSection(&component))
}
