//! References to functions of one type.

use wasm_encoder::{HeapType, RefType, TypeSection, ValType};

use crate::bomb::{module, with_instances};

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let reference = RefType {
        nullable: true,
        heap_type: HeapType::Concrete(0),
    };
    types.ty().function([ValType::Ref(reference)], []);
    with_instances(honest, &module(&types), 1)
}
