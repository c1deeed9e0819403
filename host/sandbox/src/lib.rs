//! One sandboxed component instance a task: engine, limits, capabilities.
//!
//! A [`Sandbox`] loads component files; a [`Component`] makes instances of itself;
//! an instance takes calls, one at a time. Values cross as columns
//! ([`stormcell_batch::Columns`]), a batch at a time.
//!
//! Invariants:
//! - a component reaches nothing outside its own memory that it was not granted;
//! - every call is bounded in computing time, in the time it waits for the host, in
//!   memory, and in what it returns; the bounds are always on;
//! - what a call changes in the state of its task is stored when the call went well, all of
//!   it or nothing;
//! - what a component returns is either right in shape or a [`Fault`], and a fault
//!   ends its instance, never the process;
//! - nothing that a component's file says of itself is read without bounds in a process that
//!   runs components;
//! - native code is only loaded if this crate compiled it ([`SandboxConfig::cache_dir`]).

// Numbers cross as little-endian bytes, and columns are copied as they lie.
#[cfg(target_endian = "big")]
compile_error!("stormcell runs on little-endian machines");

mod bolt;
mod cache;
mod clock;
mod clocks;
mod compiler;
mod component;
mod cpu;
mod debug_info;
mod disk_threads;
mod engine;
mod error;
mod fault;
mod filesystem;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod fuzz;
mod granted;
mod grouping;
mod http;
mod human_bytes;
mod inspect;
mod instance;
mod kept;
mod lacking;
mod load;
mod log_budget;
mod memory;
mod metric_names;
mod note;
mod outcome;
mod per_second;
mod quota;
mod random;
mod said;
mod sandbox;
mod secrets;
mod share;
mod spout;
mod state;
mod stdio;
mod task;
mod task_log;
mod task_usage;
mod ticker;
mod v0_1;
mod wait;
mod wasi;

pub use bolt::BoltInstance;
pub use compiler::{CompileLimits, Compiler, CompilerProcess, compile_component};
pub use component::Component;
pub use error::{DescribeError, LoadError, SandboxError};
pub use fault::{CallError, Fault, FaultKind, FaultText, Frames};
pub use grouping::GroupingInstance;
pub use http::client::{HttpConfig, Resolve, Resolver};
pub use memory::Budget;
pub use outcome::{
    Anchors, BoltOutcome, Choice, Emission, FailedRow, InputBatch, Kept, SpoutEmission,
    SpoutOutcome, Tracking,
};
pub use sandbox::{Sandbox, SandboxConfig};
pub use secrets::{MissingSecret, MissingSecrets, SecretError, Secrets};
pub use spout::SpoutInstance;
pub use task::{CloseReason, GroupingSpec, InputStream, LogLevel, TaskSink, TaskSpec};
pub use task_log::log_of_library;
pub use wait::TimeUsed;
