//! Stacks that are made while it runs.

use wasm_encoder::{ContType, TypeSection};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().cont(&ContType(0));
    with_instances(honest, &module(&types), 1)
}
