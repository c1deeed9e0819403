//! Imports that the host does not have.
//!
//! A component with such an import is never run, but it is asked what it is, so that all
//! that it lacks can be told at once. Until then each function of such an import traps.

use stormcell_topology::is_provided;
use stormcell_topology::plain_text::Name;
use wasmtime::bail;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceType};

use crate::state::State;

/// The most functions that the host lacks and stands in for: all of WASI has a few hundred. One
/// interface may be imported under many names, so a small file may import very many functions.
const FUNCTIONS: usize = 10_000;

/// A component imports more functions that the host lacks than [`FUNCTIONS`].
#[derive(Debug, thiserror::Error)]
#[error(
    "it imports more functions that this host does not have than the limit `component-names` \
     allows, which is {FUNCTIONS}"
)]
pub(crate) struct TooMany;

/// What the host has, and in place of what else the component imports functions that trap.
///
/// The engine's own way (`define_unknown_imports_as_traps`) takes an interface for unknown
/// that the host has in another version of the same line, and resources of both kinds then
/// do not fit together.
///
/// # Errors
/// [`TooMany`], or why an import cannot be stood in for.
pub(crate) fn stood_in_for(
    linker: &Linker<State>,
    component: &Component,
) -> wasmtime::Result<Linker<State>> {
    let mut linker = linker.clone();
    let engine = component.engine();
    let mut functions = 0;
    for (name, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else {
            continue;
        };
        if is_provided(name) {
            continue;
        }
        let mut stand_in = linker.instance(name)?;
        for (part, item) in interface.exports(engine) {
            match item.ty {
                ComponentItem::ComponentFunc(_) => {
                    functions += 1;
                    if functions > FUNCTIONS {
                        return Err(TooMany.into());
                    }
                    let called = format!("{}#{}", Name::from(name), Name::from(part));
                    stand_in.func_new(part, move |_, _, _, _| {
                        bail!("it called `{called}`, which this host does not have")
                    })?;
                }
                ComponentItem::Resource(_) => {
                    stand_in.resource(part, ResourceType::host::<()>(), |_, _| Ok(()))?;
                }
                _ => {}
            }
        }
    }
    Ok(linker)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use wasm_encoder::{
        ComponentImportSection, ComponentTypeRef, ComponentTypeSection, ComponentValType,
        InstanceType,
    };

    use super::*;

    /// Functions of one interface.
    const OF_ONE: usize = 1_000;

    /// A component that imports one interface under so many names.
    fn importing(names: usize) -> Vec<u8> {
        let mut interface = InstanceType::new();
        let no_params: [(&str, ComponentValType); 0] = [];
        interface.ty().function().params(no_params).result(None);
        for n in 0..OF_ONE {
            let name = format!("f{n}");
            interface.export(name.as_str(), ComponentTypeRef::Func(0));
        }
        let mut types = ComponentTypeSection::new();
        types.instance(&interface);
        let mut imports = ComponentImportSection::new();
        for n in 0..names {
            let name = format!("a:b/c{n}");
            imports.import(name.as_str(), ComponentTypeRef::Instance(0));
        }
        let mut component = wasm_encoder::Component::new();
        component.section(&types).section(&imports);
        component.finish()
    }

    #[test]
    fn what_is_stood_in_for_is_counted() {
        let engine = crate::engine::for_compiling().unwrap();
        let linker = Linker::new(&engine);
        let stood_in = |names| {
            let component = Component::from_binary(&engine, &importing(names)).unwrap();
            stood_in_for(&linker, &component).map(drop)
        };
        stood_in(FUNCTIONS / OF_ONE).unwrap();
        let error = stood_in(FUNCTIONS / OF_ONE + 1).unwrap_err();
        assert!(error.is::<TooMany>(), "{error}");
    }
}
