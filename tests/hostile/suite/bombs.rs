//! Components that no compiler makes, one a file: each makes one of a component that does
//! its work.

pub(crate) mod allocate_in_many_memories;
pub(crate) mod broken_bytecode;
pub(crate) mod compiled_code;
pub(crate) mod cut_off;
pub(crate) mod deep_blocks;
pub(crate) mod deep_nesting;
pub(crate) mod deep_type;
pub(crate) mod escapes_in_names;
pub(crate) mod forged_count;
pub(crate) mod forged_header;
pub(crate) mod forged_length;
pub(crate) mod grow_tables;
pub(crate) mod huge_type;
pub(crate) mod large_file;
pub(crate) mod many_core_instances;
pub(crate) mod many_exports;
pub(crate) mod many_functions;
pub(crate) mod many_imports;
pub(crate) mod many_memories;
pub(crate) mod many_tables;
pub(crate) mod memory_too_large;
pub(crate) mod slow_function;
pub(crate) mod spin_in_core_start;
pub(crate) mod table_too_large;
pub(crate) mod trap_in_core_start;
