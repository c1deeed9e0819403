//! A hundred thousand imports.

use wasm_encoder::{ComponentImportSection, ComponentTypeRef, TypeBounds};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut imports = ComponentImportSection::new();
    for n in 0..100_000 {
        let name = format!("r{n}");
        imports.import(
            name.as_str(),
            ComponentTypeRef::Type(TypeBounds::SubResource),
        );
    }
    with(honest, &imports)
}
