//! A component file, before anything of it runs.

use arbitrary::{Result, Unstructured};
use wasm_encoder::{
    Component, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentTypeRef, CustomSection, Module, ModuleSection, NestedComponentSection, RawSection,
    TypeBounds,
};

use super::{bytes, several, text};
use crate::inspect::{Unfit, VERSIONS, inspect};

stormcell_fuzz::target! {
    /// A file is refused with a reason, or is of a version that the host speaks.
    fn component_file(bytes) {
        let mut input = Unstructured::new(bytes);
        let file = match input.arbitrary::<u8>().unwrap() {
            255 => input.take_rest().to_vec(),
            _ => changed(&mut input).unwrap(),
        };
        match inspect(&file) {
            Ok(inspection) => {
                assert!(VERSIONS.contains(&inspection.version));
                assert!(inspection.imports.is_sorted());
            }
            Err(
                Unfit::NotAComponent(reason)
                | Unfit::Invalid(reason)
                | Unfit::World(reason)
                | Unfit::Version(reason)
                | Unfit::Limit { found: reason, .. },
            ) => assert!(!reason.is_empty()),
        }
    }
}

/// A component, some bytes of which are others.
fn changed(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut file = component(input, 40)?.finish();
    while !input.is_empty() {
        let at = usize::from(input.arbitrary::<u16>()?) % file.len().max(1);
        match input.arbitrary::<u8>()? {
            255 => file.truncate(at),
            254 => drop(file.splice(at..at, bytes(input)?)),
            byte => {
                if let Some(old) = file.get_mut(at) {
                    *old = byte;
                }
            }
        }
    }
    Ok(file)
}

/// A component with others in it, at most so deep.
fn component(input: &mut Unstructured<'_>, depth: u8) -> Result<Component> {
    let mut component = Component::new();
    for _ in 0..input.arbitrary::<u8>()? % 5 {
        match input.arbitrary::<u8>()? % 6 {
            0 => {
                let mut imports = ComponentImportSection::new();
                for name in several(input, 5, name)? {
                    let kind = ComponentTypeRef::Type(TypeBounds::SubResource);
                    imports.import(name.as_str(), kind);
                }
                component.section(&imports);
            }
            1 => {
                let mut exports = ComponentExportSection::new();
                for name in several(input, 5, name)? {
                    exports.export(name.as_str(), ComponentExportKind::Instance, 0, None);
                }
                component.section(&exports);
            }
            2 if depth > 0 => {
                let inner = self::component(input, depth - 1)?;
                component.section(&NestedComponentSection(&inner));
            }
            3 => {
                component.section(&ModuleSection(&Module::new()));
            }
            4 => {
                component.section(&CustomSection {
                    name: name(input)?.into(),
                    data: bytes(input)?.into(),
                });
            }
            _ => {
                component.section(&RawSection {
                    id: input.arbitrary::<u8>()? % 16,
                    data: &bytes(input)?,
                });
            }
        }
    }
    Ok(component)
}

fn name(input: &mut Unstructured<'_>) -> Result<String> {
    const KNOWN: [&str; 6] = [
        "stormcell:topology/bolt-task@0.1.0",
        "stormcell:topology/spout-task@0.1.0",
        "stormcell:topology/grouping-task@0.1.0",
        "stormcell:topology/bolt-task@9.0.0",
        "wasi:cli/run@0.2.6",
        "stormcell:topology/bolt-task",
    ];
    match input.arbitrary::<u8>()? % 8 {
        0 => text(input),
        _ => Ok((*input.choose(&KNOWN)?).to_owned()),
    }
}
