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

/// Functions that the host lacks and that are stood in for: all of WASI has a few hundred. One
/// interface may be imported under many names, so a small file may have very many.
const FUNCTIONS: usize = 10_000;

/// There are more than that.
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
/// [`TooMany`], or that something is no interface.
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
