//! Two hundred modules with a table that each grows by ninety thousand elements.

use wasm_encoder::{BlockType, HeapType};

use crate::bomb::{starting, with_instances};

const ELEMENTS: i32 = 90_000;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let module = starting(false, true, |start| {
        start.ref_null(HeapType::FUNC).i32_const(ELEMENTS);
        start.table_grow(0).i32_const(-1).i32_eq();
        start.if_(BlockType::Empty).unreachable().end();
    });
    with_instances(honest, &module, 200)
}
