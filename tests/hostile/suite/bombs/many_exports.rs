//! A hundred thousand exports of the same instance, the names of which differ.

use wasm_encoder::{ComponentExportKind, ComponentExportSection};

use crate::bomb::with;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut exports = ComponentExportSection::new();
    for n in 0..100_000 {
        let name = format!("e{n}");
        exports.export(name.as_str(), ComponentExportKind::Instance, 0, None);
    }
    with(honest, &exports)
}
