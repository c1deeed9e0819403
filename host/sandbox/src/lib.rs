//! One sandboxed component instance a task: engine, limits, capabilities.
//!
//! A [`Sandbox`] loads component files; a [`Component`] makes instances; an
//! instance takes calls. Values cross as columns ([`stormcell_batch::Columns`]).

mod bolt;
mod component;
mod error;
mod fault;
mod grouping;
mod outcome;
mod sandbox;
mod spout;
mod task;

pub use bolt::BoltInstance;
pub use component::Component;
pub use error::{DescribeError, LoadError, SandboxError};
pub use fault::{CallError, Fault, FaultKind};
pub use grouping::GroupingInstance;
pub use outcome::{
    Anchors, BoltOutcome, Choice, Emission, FailedRow, InputBatch, Kept, SpoutEmission,
    SpoutOutcome, Tracking,
};
pub use sandbox::{Sandbox, SandboxConfig};
pub use spout::SpoutInstance;
pub use task::{CloseReason, GroupingSpec, InputStream, LogLevel, TaskSink, TaskSpec};
