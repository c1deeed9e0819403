//! A function of the component model's own scheduler.

use wasm_encoder::CanonicalFunctionSection;

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut functions = CanonicalFunctionSection::new();
    functions.waitable_set_new();
    with(honest, &functions)
}
