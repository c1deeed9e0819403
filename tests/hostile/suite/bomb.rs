//! What bombs are made with: parts that are put behind a component that does its work.

use wasm_encoder::{
    CodeSection, ComponentSection, Function, FunctionSection, InstanceSection, InstructionSink,
    MemorySection, MemoryType, Module, ModuleArg, ModuleSection, RefType, StartSection,
    TableSection, TableType, TypeSection,
};
use wasmparser::{Parser, Payload};

/// The component with a section behind its last one.
pub(crate) fn with(honest: &[u8], section: &impl ComponentSection) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    section.append_to_component(&mut bytes);
    bytes
}

/// The component with so many instances of a module, which are made when it is
/// instantiated.
pub(crate) fn with_instances(honest: &[u8], module: &Module, count: u32) -> Vec<u8> {
    let index = modules(honest);
    let mut instances = InstanceSection::new();
    for _ in 0..count {
        instances.instantiate(index, std::iter::empty::<(&str, ModuleArg)>());
    }
    with(&with(honest, &ModuleSection(module)), &instances)
}

/// How many modules a component has itself.
fn modules(component: &[u8]) -> u32 {
    let (mut depth, mut modules) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ModuleSection { .. } if depth == 1 => modules += 1,
            _ => {}
        }
    }
    modules
}

/// A module that does this when it is instantiated, with a memory and a table that are
/// empty if it has any.
pub(crate) fn starting(
    memory: bool,
    table: bool,
    start: impl FnOnce(&mut InstructionSink<'_>),
) -> Module {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut functions = FunctionSection::new();
    functions.function(0);
    module.section(&functions);
    if table {
        module.section(&tables(0));
    }
    if memory {
        module.section(&memories(0));
    }
    module.section(&StartSection { function_index: 0 });
    let mut function = Function::new([]);
    let mut body = function.instructions();
    start(&mut body);
    body.end();
    let mut code = CodeSection::new();
    code.function(&function);
    module.section(&code);
    module
}

/// A memory of at least so many pages.
pub(crate) fn memories(pages: u64) -> MemorySection {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: pages,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memories
}

/// A table of at least so many elements.
pub(crate) fn tables(elements: u64) -> TableSection {
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: elements,
        maximum: None,
        shared: false,
    });
    tables
}

/// A module of these sections alone.
pub(crate) fn module(section: &impl wasm_encoder::Section) -> Module {
    let mut module = Module::new();
    module.section(section);
    module
}

/// `value` as an unsigned LEB128 number.
pub(crate) fn leb(value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    wasm_encoder::Encode::encode(&value, &mut bytes);
    bytes
}
