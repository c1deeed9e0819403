#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::sync::Arc;

use wasm_encoder::{MemorySection, MemoryType, RefType, TableSection, TableType};
use wasmtime::{Engine, Instance, Module, Store};

use super::*;
use crate::memory::{Budget, MemoryLimit};

#[test]
fn a_process_without_mappings_says_what_to_do() {
    let enomem = std::io::Error::from_raw_os_error(12);
    let error = wasmtime::Error::from(enomem).context("mmap failed");
    let limits = Limits::default();
    let masks = Masks::default();
    let known = Circumstances::of("instantiate", &limits, &masks);
    let fault = fault(Some(&error), &known);
    assert_eq!(fault.kind, FaultKind::Start);
    assert!(
        fault
            .message
            .starts_with("there is no room for another instance in this process (mmap failed: ")
            && fault.message.contains("vm.max_map_count"),
        "{}",
        fault.message
    );
}

#[test]
fn sizes_are_said_as_they_are_written() {
    for (bytes, text) in [
        (0, "0 bytes"),
        (1, "1 bytes"),
        (64 << 10, "64 KiB"),
        (1_500, "1.5 KiB"),
        (128 << 20, "128 MiB"),
        (64 << 30, "64 GiB"),
        (u64::MAX, "17179869184.0 GiB"),
    ] {
        assert_eq!(human_bytes(bytes), text);
    }
}

/// A core module with one memory, one table, or nothing.
fn module(part: &str) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    let mut memories = MemorySection::new();
    let mut tables = TableSection::new();
    match part {
        "memories" => {
            memories.memory(MemoryType {
                minimum: 0,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
            module.section(&memories);
        }
        "tables" => {
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum: 0,
                maximum: None,
                shared: false,
            });
            module.section(&tables);
        }
        _ => {}
    }
    module.finish()
}

#[test]
fn too_many_parts_of_a_component_are_named() {
    let engine = Engine::default();
    for (part, most) in [
        ("memories", MEMORIES),
        ("tables", TABLES),
        ("core instances", INSTANCES),
    ] {
        let module = Module::from_binary(&engine, &module(part)).unwrap();
        let budget = Arc::new(Budget::new(u64::MAX));
        let mut store = Store::new(&engine, MemoryLimit::new(1 << 20, budget));
        store.limiter(|limit| limit);
        for _ in 0..most {
            Instance::new(&mut store, &module, &[]).unwrap();
        }
        let error = Instance::new(&mut store, &module, &[]).unwrap_err();
        let limits = Limits::default();
        let masks = Masks::default();
        let known = Circumstances::of("instantiate", &limits, &masks);
        let fault = fault(Some(&error), &known);
        assert_eq!(fault.kind, FaultKind::Start);
        assert_eq!(
            fault.message,
            format!(
                "the component is made of too many parts: {} {part} or more, it may have {most}; \
                 these numbers are the same for every component",
                most + 1
            )
        );
    }
}
