//! Nothing but a hundred exports with names of 99,000 characters.

use wasm_encoder::{ComponentExportKind, ComponentExportSection};

use crate::bomb::with;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    let empty = wasm_encoder::Component::new().finish();
    let mut exports = ComponentExportSection::new();
    for n in 0..100 {
        let name = format!("\u{1b}[2J{n}{}", "x".repeat(99_000));
        exports.export(name.as_str(), ComponentExportKind::Func, 0, None);
    }
    with(&empty, &exports)
}
