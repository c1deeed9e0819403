//! Nothing but an export, the name of which would take over the terminal of who reads it.

use wasm_encoder::{ComponentExportKind, ComponentExportSection};

use crate::bomb::with;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    let empty = wasm_encoder::Component::new().finish();
    let mut exports = ComponentExportSection::new();
    let name = "\u{1b}[2J\u{9b}2J\rfine";
    exports.export(name, ComponentExportKind::Func, 0, None);
    with(&empty, &exports)
}
