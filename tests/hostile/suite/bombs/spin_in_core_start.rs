//! A module that computes without end when it is instantiated.

use wasm_encoder::BlockType;

use crate::bomb::{starting, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        start.loop_(BlockType::Empty).br(0).end();
    });
    with_instances(honest, &module, 1)
}
