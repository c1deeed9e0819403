//! An import that no host has, the name of which has 99,000 characters.

use wasm_encoder::{ComponentImportSection, ComponentTypeRef, TypeBounds};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut imports = ComponentImportSection::new();
    let resource = ComponentTypeRef::Type(TypeBounds::SubResource);
    imports.import("x".repeat(99_000).as_str(), resource);
    with(honest, &imports)
}
