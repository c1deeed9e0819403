//! Ten thousand instances of a module that has nothing.

use wasm_encoder::Module;

use crate::bomb::with_instances;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    with_instances(honest, &Module::new(), 10_000)
}
