//! A function of a hundred thousand blocks within each other.

use wasm_encoder::BlockType;

use crate::bomb::{starting, with_instances};

const DEPTH: usize = 100_000;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, false, |start| {
        for _ in 0..DEPTH {
            start.block(BlockType::Empty);
        }
        for _ in 0..DEPTH {
            start.end();
        }
    });
    with_instances(honest, &module, 1)
}
