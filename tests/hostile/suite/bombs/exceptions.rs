//! Exceptions that unwind the stack.

use wasm_encoder::{Module, TagKind, TagSection, TagType, TypeSection};

use crate::bomb::with_instances;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut tags = TagSection::new();
    tags.tag(TagType {
        kind: TagKind::Exception,
        func_type_idx: 0,
    });
    let mut module = Module::new();
    module.section(&types).section(&tags);
    with_instances(honest, &module, 1)
}
