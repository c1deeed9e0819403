#![expect(clippy::unwrap_used, reason = "a test may panic")]

use wasm_encoder::{
    Component, EntityType, ExportKind, ExportSection, ImportSection, MemoryType, ModuleSection,
    TypeSection,
};
use wasmparser::{Operator, Validator};

use super::*;

/// A module with the functions of an adapter as imports, under these names, and one of
/// its own that calls `pop_list`.
fn module(pop_list: &str) -> Module {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 5], []);
    types.ty().function([ValType::I32; 3], [ValType::I32]);
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import("env", "memory", memory);
    imports.import("env", "wit_dylib_dealloc_bytes", EntityType::Function(0));
    imports.import("env", pop_list, EntityType::Function(1));
    let mut functions = FunctionSection::new();
    functions.function(1);
    let mut exports = ExportSection::new();
    exports.export("own", ExportKind::Func, 2);
    let mut own = Function::new([]);
    for argument in 0..3 {
        own.instruction(&Instruction::LocalGet(argument));
    }
    own.instruction(&Instruction::Call(1));
    own.instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&own);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module.section(&exports).section(&code);
    module
}

fn component(modules: &[&Module]) -> Vec<u8> {
    let mut component = Component::new();
    for module in modules {
        component.section(&ModuleSection(module));
    }
    component.finish()
}

/// The functions that each function of the last core module calls.
fn calls(component: &[u8]) -> Vec<Vec<u32>> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            let operators = body.get_operators_reader().unwrap().into_iter();
            let called = operators.filter_map(|operator| match operator.unwrap() {
                Operator::Call { function_index } => Some(function_index),
                _ => None,
            });
            found.push(called.collect());
        }
    }
    found
}

#[test]
fn what_is_popped_is_handed_to_who_frees_it() {
    let component = component(&[&module("wit_dylib_pop_list")]);
    assert_eq!(calls(&component), [vec![1]]);
    let patched = patched(&component).unwrap().unwrap();
    Validator::new().validate_all(&patched).unwrap();
    assert_eq!(calls(&patched), [vec![3], vec![1, 0]]);
}

#[test]
fn other_modules_keep_their_bytes() {
    let other = module("something_else");
    let alone = component(&[&other]);
    assert_eq!(patched(&alone).unwrap(), None);
    let component = component(&[&other, &module("wit_dylib_pop_list"), &other]);
    let patched = patched(&component).unwrap().unwrap();
    Validator::new().validate_all(&patched).unwrap();
    let section = &alone[8..];
    assert!(patched.starts_with(&alone) && patched.ends_with(section));
    assert_eq!(
        calls(&patched),
        [vec![1], vec![3], vec![1, 0], vec![1]],
        "the first, the adapter with what was added, the last"
    );
}

#[test]
fn what_is_no_component_is_an_error() {
    assert!(patched(b"nonsense").is_err());
    assert_eq!(patched(&component(&[])).unwrap(), None);
}
