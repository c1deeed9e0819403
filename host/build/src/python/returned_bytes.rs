//! Frees the byte strings that a Python component returns.
//!
//! componentize-py 0.25.1 copies every `list<u8>` that crosses from Python to the host
//! (a column of numbers, the anchors of an emission) into memory that nobody frees:
//! `maybe_pop_list` of its runtime allocates, and its adapter, which calls that as
//! `wit_dylib_pop_list`, takes the memory to belong to the runtime. A bolt that is fed
//! for long runs out of memory so.
//!
//! The runtime has a function that frees memory when a call is over,
//! `wit_dylib_dealloc_bytes`, and the adapter imports both. So the adapter is given one
//! more function, which calls the one and hands what it got to the other, and calls
//! that one instead. To be dropped with the version of componentize-py that frees them
//! itself: what it frees must not be freed twice. The conformance test
//! `calls_leave_no_memory_behind` tells.

use std::convert::Infallible;
use std::ops::Range;
use std::path::Path;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, Encode as _, Function, FunctionSection, Instruction, MemArg,
    MemArgTarget, Module, ValType,
};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

use crate::BuildError;

/// What is patched, for the digest of what is built.
pub(super) const FACT: &str = "returned bytes are freed";

/// The section of a component that holds a core module.
const CORE_MODULE: u8 = 1;

/// Patches a component file. One without such an adapter is left as it is.
pub(super) fn free(component: &Path) -> Result<(), BuildError> {
    let bytes = stormcell_regular_file::read(component, crate::component::LARGEST)
        .map_err(|error| BuildError::io("reading", component, error))?;
    let patched = patched(&bytes).map_err(|message| BuildError::NoComponent {
        path: component.to_owned(),
        message,
    })?;
    match patched {
        None => Ok(()),
        Some(patched) => std::fs::write(component, patched)
            .map_err(|error| BuildError::io("writing", component, error)),
    }
}

/// The component with its adapter patched, if it has one.
fn patched(component: &[u8]) -> Result<Option<Vec<u8>>, String> {
    for (section, module) in modules(component).map_err(|error| error.to_string())? {
        let module = part(component, module);
        let Some(mut adapter) = Adapter::of(module).map_err(|error| error.to_string())? else {
            continue;
        };
        let mut patched = Module::new();
        adapter
            .parse_core_module(&mut patched, Parser::new(0), module)
            .map_err(|error| error.to_string())?;
        let mut whole = part(component, 0..section.start).to_vec();
        whole.push(CORE_MODULE);
        patched.finish().as_slice().encode(&mut whole);
        whole.extend_from_slice(part(component, section.end..component.len() as u64));
        return Ok(Some(whole));
    }
    Ok(None)
}

/// These bytes of a component.
fn part(component: &[u8], range: Range<u64>) -> &[u8] {
    let place = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
    let part = component.get(place(range.start)..place(range.end));
    part.unwrap_or_default()
}

/// The core modules of a component: the bytes of their sections, and their own.
fn modules(component: &[u8]) -> wasmparser::Result<Vec<(Range<u64>, Range<u64>)>> {
    let mut modules = Vec::new();
    let (mut depth, mut end) = (0, 0);
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        let inside = depth > 0;
        let range = match &payload {
            Payload::Version { range, .. } => range.clone(),
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                depth += 1;
                if !inside {
                    modules.push((end..unchecked_range.end, unchecked_range.clone()));
                }
                unchecked_range.clone()
            }
            Payload::ComponentSection {
                unchecked_range, ..
            } => {
                depth += 1;
                unchecked_range.clone()
            }
            Payload::End(_) => {
                depth -= 1;
                continue;
            }
            other => other.as_section().map_or(end..end, |(_, range)| range),
        };
        if !inside {
            end = range.end;
        }
    }
    Ok(modules)
}

/// A module that takes values from the runtime and hands them to the host.
struct Adapter {
    /// The index of the imported function that gives a list: (call, type, place for
    /// the address) to its length. The address is 0 for one that is taken element by
    /// element.
    pop_list: u32,
    /// The index of its type.
    pop_list_type: u32,
    /// The index of the imported function that frees memory: (call, address, length,
    /// alignment, whether to wait until the call is over).
    dealloc: u32,
    /// The index of the function that is added: one after all others.
    added: u32,
}

impl Adapter {
    fn of(module: &[u8]) -> wasmparser::Result<Option<Self>> {
        let (mut functions, mut pop_list, mut dealloc) = (0, None, None);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        let TypeRef::Func(of_type) = import.ty else {
                            continue;
                        };
                        match (import.module, import.name) {
                            ("env", "wit_dylib_pop_list") => pop_list = Some((functions, of_type)),
                            ("env", "wit_dylib_dealloc_bytes") => dealloc = Some(functions),
                            _ => {}
                        }
                        functions += 1;
                    }
                }
                Payload::FunctionSection(own) => functions += own.count(),
                _ => {}
            }
        }
        Ok(pop_list
            .zip(dealloc)
            .map(|((pop_list, pop_list_type), dealloc)| Self {
                pop_list,
                pop_list_type,
                dealloc,
                added: functions,
            }))
    }

    /// What is called instead of `pop_list`.
    fn pop_and_free(&self) -> Function {
        const CALL: u32 = 0;
        const TYPE: u32 = 1;
        const PLACE: u32 = 2;
        const LENGTH: u32 = 3;
        const ADDRESS: u32 = 4;
        let address = MemArg {
            offset: 0,
            align: 2,
            target: MemArgTarget::Memory(0),
            ordering: None,
        };
        let mut function = Function::new([(2, ValType::I32)]);
        for instruction in [
            Instruction::LocalGet(CALL),
            Instruction::LocalGet(TYPE),
            Instruction::LocalGet(PLACE),
            Instruction::Call(self.pop_list),
            Instruction::LocalSet(LENGTH),
            Instruction::LocalGet(PLACE),
            Instruction::I32Load(address),
            Instruction::LocalTee(ADDRESS),
            Instruction::If(BlockType::Empty),
            Instruction::LocalGet(LENGTH),
            // Of an empty one there is nothing to free.
            Instruction::If(BlockType::Empty),
            Instruction::LocalGet(CALL),
            Instruction::LocalGet(ADDRESS),
            Instruction::LocalGet(LENGTH),
            Instruction::I32Const(1),
            Instruction::I32Const(1),
            Instruction::Call(self.dealloc),
            Instruction::End,
            Instruction::End,
            Instruction::LocalGet(LENGTH),
            Instruction::End,
        ] {
            function.instruction(&instruction);
        }
        function
    }
}

impl Reencode for Adapter {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        if function == self.pop_list {
            return Ok(self.added);
        }
        Ok(function)
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_function_section(self, functions, section)?;
        functions.function(self.pop_list_type);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        reencode::utils::parse_code_section(self, code, section)?;
        code.function(&self.pop_and_free());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
