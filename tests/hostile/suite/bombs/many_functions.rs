//! Half a million functions, each with a little to be compiled.

use wasm_encoder::{CodeSection, Function, FunctionSection, Module, TypeSection, ValType};

use crate::bomb::with_instances;

const FUNCTIONS: u32 = 500_000;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I64], [ValType::I64]);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for n in 0..FUNCTIONS {
        functions.function(0);
        let mut function = Function::new([]);
        let mut body = function.instructions();
        body.local_get(0).i64_const(i64::from(n)).i64_mul();
        body.local_get(0).i64_div_s().end();
        code.function(&function);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    with_instances(honest, &module, 1)
}
