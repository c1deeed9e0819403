//! A hundred imports with names of 99,000 characters.

use wasm_encoder::{ComponentImportSection, ComponentTypeRef, TypeBounds};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut imports = ComponentImportSection::new();
    for n in 0..100 {
        let name = format!("r{n}-{}", "n".repeat(99_000));
        let resource = ComponentTypeRef::Type(TypeBounds::SubResource);
        imports.import(name.as_str(), resource);
    }
    with(honest, &imports)
}
