//! How WebAssembly is compiled and where its memory comes from.
//!
//! The choices, with what they cost on the two-core machine they were made on:
//! - **Calls** are async, without the component model's own concurrency: 0.3 µs a
//!   call, and a call can be interrupted while it waits for a file.
//! - **Epochs** bound computing time (about 10 % of compiled code, 25 % of an
//!   interpreter). Fuel would be exact, at twice to three times the price.
//! - **Memory** of all instances comes from one reserved range of addresses. A
//!   4 GiB slot and its guard make bounds checks free and a restart cheap. Where
//!   so many addresses are not to be had (some containers, `ulimit -v`), each
//!   instance maps its own.
//! - **Mappings** are what limits the instances of a process: Linux allows it
//!   65,530 (`vm.max_map_count`). An instance of a Rust component takes six: two
//!   for its stack, and for its memory those of the shadow stack, the data, the
//!   heap and the rest of the slot. If each mapped its own it would be seven,
//!   since slots share their guards.
//! - **Backtraces** have the names of functions that modules give them. The engine would
//!   read debug information at every trap, without bounds, on the thread of the task.

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmBacktraceDetails, WasmFeatures,
};

use crate::SandboxError;

/// Stack of one call: what WebAssembly may use, and with it what the host's own
/// functions need above. Interpreters recurse deeply.
pub(crate) const WASM_STACK: usize = 1 << 20;
const FIBER_STACK: usize = 2 << 20;

/// What compilers of the supported languages use. All that is not listed is off, also what
/// a later wasmtime brings: 64-bit memories, threads, tail calls, exceptions,
/// garbage collection, relaxed SIMD (which differs from machine to machine), the component
/// model's own concurrency. It would be more to bound, for nobody.
const PROPOSALS: WasmFeatures = WasmFeatures::WASM2
    .difference(WasmFeatures::GC_TYPES)
    .union(WasmFeatures::EXTENDED_CONST)
    // The engine itself makes modules of several memories: where the parts of a component, as
    // those of Python and JavaScript, hand texts to each other.
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::COMPONENT_MODEL);

/// The largest memory that 32-bit WebAssembly can have.
const MEMORY_SLOT: usize = 4 << 30;

/// Memories are not more than this, if instances are not: with their guards they take
/// three quarters of the addresses that a process has on most processors.
const MEMORIES: u32 = 24_000;

/// Elements of a function table, in thousands: a C++ or Python component has a
/// few ten thousand functions that are called by pointer.
const TABLE_ELEMENTS: usize = 100_000;

/// Tables of an instance of a component with many, and of one with few. Each table costs
/// memory before it is used, so there are enough for 2,500 instances with many.
const MANY_TABLES: u32 = 20;
const FEW_TABLES: u32 = 4;
const TABLES_FOR_MANY: u32 = 40_000;

/// The engine of a process.
pub(crate) fn engine(max_instances: u32) -> Result<Engine, SandboxError> {
    match Engine::new(&pooling(max_instances)) {
        Ok(engine) => {
            tracing::debug!(max_instances, "instances share one range of addresses");
            Ok(engine)
        }
        Err(error) => {
            tracing::debug!(%error, "each instance maps its own memory");
            for_compiling()
        }
    }
}

/// An engine that compiles for the engine of another process ([`engine`]) and runs
/// nothing: code does not depend on where the memory of instances comes from, so it
/// reserves no addresses for them.
pub(crate) fn for_compiling() -> Result<Engine, SandboxError> {
    Engine::new(&config()).map_err(|error| SandboxError::Engine(format!("{error:#}")))
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_features(PROPOSALS.complement(), false)
        .concurrency_support(false)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        // Debug information is read elsewhere (`debug_info`).
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Growth of memory that is shared between threads is not counted.
        .shared_memory(false);
    config
}

fn pooling(max_instances: u32) -> Config {
    // A component is several modules: Rust has 1 memory, 2 tables and 3 core
    // instances, Python (whose libraries are linked when it starts) ten times as
    // many tables and core instances.
    let memories = max_instances.saturating_mul(2).min(MEMORIES);
    let tables = max_instances
        .saturating_mul(FEW_TABLES)
        .saturating_add(TABLES_FOR_MANY)
        .min(max_instances.saturating_mul(MANY_TABLES));
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(max_instances)
        // A stack is kept by its instance between calls.
        .total_stacks(max_instances)
        .total_memories(memories.max(max_instances))
        .total_tables(tables)
        .total_core_instances(max_instances.saturating_mul(100))
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(MEMORY_SLOT);
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{engine, for_compiling};
    use crate::cache::engine_hash;

    #[test]
    fn what_one_engine_compiles_the_others_run() {
        let compiling = engine_hash(&for_compiling().unwrap());
        for instances in [1, 1_000, u32::MAX] {
            assert_eq!(engine_hash(&engine(instances).unwrap()), compiling);
        }
    }

    #[test]
    fn more_instances_than_addresses_fall_back_to_mapping_each() {
        // 2^32 slots of 4 GiB are more than any processor can address.
        let engine = engine(u32::MAX).unwrap();
        assert!(engine.get_pooling_config().is_none());
    }

    #[test]
    fn thousands_of_instances_are_reserved_at_once() {
        let engine = engine(10_500).unwrap();
        let pool = engine.get_pooling_config();
        assert_eq!(
            pool.map(wasmtime::PoolingAllocationConfig::get_total_component_instances),
            Some(10_500)
        );
    }
}
