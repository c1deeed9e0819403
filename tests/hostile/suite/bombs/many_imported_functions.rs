//! A hundred imports with long names, all of one interface of four thousand functions: a file of
//! 150 KB that imports 400,000 functions.

use wasm_encoder::{
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentTypeRef, ComponentTypeSection, ComponentValType, InstanceType,
};

use crate::bomb::with;

const IMPORTS: u32 = 100;

pub(crate) fn component(_: &[u8]) -> Vec<u8> {
    let mut interface = InstanceType::new();
    let no_params: [(&str, ComponentValType); 0] = [];
    interface.ty().function().params(no_params).result(None);
    for n in 0..4_000 {
        let name = format!("f{n}");
        interface.export(name.as_str(), ComponentTypeRef::Func(0));
    }
    let mut types = ComponentTypeSection::new();
    types.instance(&interface);
    let mut imports = ComponentImportSection::new();
    for n in 0..IMPORTS {
        let name = format!("a:b/c{n}{}", "c".repeat(900));
        imports.import(name.as_str(), ComponentTypeRef::Instance(0));
    }
    let mut instances = ComponentInstanceSection::new();
    instances.export_items(std::iter::empty::<(&str, ComponentExportKind, u32)>());
    let mut exports = ComponentExportSection::new();
    let bolt = "stormcell:topology/bolt-task@0.1.0";
    exports.export(bolt, ComponentExportKind::Instance, IMPORTS, None);
    let empty = wasm_encoder::Component::new().finish();
    let component = with(&with(&empty, &types), &imports);
    with(&with(&component, &instances), &exports)
}
