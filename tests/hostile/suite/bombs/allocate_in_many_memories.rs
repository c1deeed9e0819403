//! Fifty modules that take four megabytes each: none is conspicuous by itself.

use wasm_encoder::BlockType;

use crate::bomb::{starting, with_instances};

/// Four megabytes, in pages.
const PAGES: i32 = 64;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(true, false, |start| {
        start.i32_const(PAGES).memory_grow(0).i32_const(-1).i32_eq();
        start.if_(BlockType::Empty).unreachable().end();
    });
    with_instances(honest, &module, 50)
}
