//! Modules of WebAssembly that several tests use.

use wasm_encoder::{
    CodeSection, EntityType, Function, FunctionSection, ImportSection, Module, StartSection,
    TypeSection,
};

/// Adds an imported function, `f` of `host`, and two more that have these bodies. All are
/// without parameters and results; `start` is called first.
pub(crate) fn three_functions(module: &mut Module, bodies: [&Function; 2], start: Option<u32>) {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import("host", "f", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(0).function(0);
    module.section(&types).section(&imports).section(&functions);
    if let Some(function_index) = start {
        module.section(&StartSection { function_index });
    }
    let mut code = CodeSection::new();
    for body in bodies {
        code.function(body);
    }
    module.section(&code);
}
