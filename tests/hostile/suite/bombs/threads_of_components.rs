//! Threads that the host would start for a component.

use wasm_encoder::CanonicalFunctionSection;

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut functions = CanonicalFunctionSection::new();
    functions.thread_available_parallelism();
    with(honest, &functions)
}
