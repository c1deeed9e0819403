//! One function of millions of instructions in which everything depends on everything.

use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, Module, TypeSection, ValType,
};

use crate::bomb::with_instances;

const LOCALS: u32 = 2_000;
const BLOCKS: u32 = 200_000;

pub(crate) fn component(honest: &[u8]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I64], [ValType::I64]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut function = Function::new([(LOCALS, ValType::I64)]);
    let mut body = function.instructions();
    for n in 0..BLOCKS {
        let (from, to) = (n * 7 % LOCALS, n * 13 % LOCALS);
        body.loop_(BlockType::Empty);
        body.local_get(from).local_get(to).i64_mul().local_tee(to);
        body.i64_eqz().br_if(0).end();
    }
    body.local_get(1).end();
    let mut code = CodeSection::new();
    code.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    with_instances(honest, &module, 1)
}
