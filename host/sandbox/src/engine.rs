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

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::SandboxError;

/// Stack of one call: what WebAssembly may use, and with it what the host's own
/// functions need above. Interpreters recurse deeply.
const WASM_STACK: usize = 1 << 20;
const FIBER_STACK: usize = 2 << 20;

/// The largest memory that 32-bit WebAssembly can have.
const MEMORY_SLOT: usize = 4 << 30;

/// Elements of a function table, in thousands: a C++ or Python component has a
/// few ten thousand functions that are called by pointer.
const TABLE_ELEMENTS: usize = 100_000;

/// The engine of a process.
pub(crate) fn engine(max_instances: u32) -> Result<Engine, SandboxError> {
    match Engine::new(&pooling(max_instances)) {
        Ok(engine) => {
            tracing::debug!(max_instances, "instances share one range of addresses");
            Ok(engine)
        }
        Err(error) => {
            tracing::debug!(%error, "each instance maps its own memory");
            Engine::new(&config()).map_err(|error| SandboxError::Engine(format!("{error:#}")))
        }
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        // Growth of memory that is shared between threads is not counted.
        .shared_memory(false);
    config
}

fn pooling(max_instances: u32) -> Config {
    // A component is several modules: Rust has 1 memory, 2 tables and 3 core
    // instances, Python (whose libraries are linked when it starts) ten times as
    // many tables and core instances.
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(max_instances)
        .total_stacks(max_instances)
        .total_memories(max_instances.saturating_mul(2))
        .total_tables(max_instances.saturating_mul(20))
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
    use super::engine;

    #[test]
    fn more_instances_than_addresses_fall_back_to_mapping_each() {
        // 2^32 slots of 4 GiB are more than any processor can address.
        let engine = engine(u32::MAX).unwrap();
        assert!(engine.get_pooling_config().is_none());
    }

    #[test]
    fn thousands_of_instances_are_reserved_at_once() {
        let engine = engine(4_000).unwrap();
        let pool = engine.get_pooling_config();
        assert_eq!(
            pool.map(wasmtime::PoolingAllocationConfig::get_total_component_instances),
            Some(4_000)
        );
    }
}
