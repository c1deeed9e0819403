//! Why an instance died, in words that the author of a component understands.

pub(crate) mod called;
mod frames;
pub(crate) mod from_wasmtime;
pub(crate) mod names;
mod panic;
pub(crate) mod reason;

use std::fmt;

use stormcell_topology::plain_text::{GuestText, SAID, Said};

pub use frames::Frames;

/// Why a call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The component returned this error. The instance lives.
    #[error("{0}")]
    Returned(Said),
    /// The instance is dead, or never came to life. Every further call of it
    /// returns a fault of the kind [`FaultKind::Dead`].
    #[error("{0}")]
    Fault(Fault),
}

impl CallError {
    /// All that is known of it, for people.
    pub fn whole(&self) -> Said {
        match self {
            Self::Returned(text) => text.clone(),
            Self::Fault(fault) => fault.whole(),
        }
    }
}

impl From<Fault> for CallError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What ended an instance. Its message and its frames together are not longer than what a
/// component may say in an error ([`SAID`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What sort of fault.
    pub kind: FaultKind,
    /// What happened, for people: if a limit was met, which one and what it is. With all
    /// causes, and the end of what was written to standard error.
    pub message: FaultText,
    /// The functions of the guest that were being called, innermost first, as
    /// `function at file:line` where the component says so; empty if unknown.
    pub backtrace: Frames,
}

/// The message of a fault: what a component may say in an error, without its frames.
pub type FaultText = GuestText<{ SAID - Frames::MOST }>;

impl Fault {
    /// A fault without frames.
    pub fn new(kind: FaultKind, message: impl Into<FaultText>) -> Self {
        Self {
            kind,
            message: message.into(),
            backtrace: Frames::default(),
        }
    }

    /// All that is known of it, for people: what happened, and then the frames, a line each.
    pub fn whole(&self) -> Said {
        Said::new(format_args!("{}{}", self.message, self.backtrace))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// What sort of fault ended an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The instance could not be made: an import that the host does not have, a
    /// granted folder that is missing, no room for another instance.
    Start,
    /// The guest stopped itself or did something that WebAssembly forbids: a
    /// panic, an exit, an access out of bounds.
    Trap,
    /// One call computed longer than `limits.call-time`.
    CpuTime,
    /// One call waited for the host (files, sleeps) longer than `limits.host-time`.
    HostTime,
    /// It wanted more memory than `limits.memory`.
    Memory,
    /// It wanted more memory than is left of what all instances of the process may have
    /// together. No fault of its own.
    WorkerMemory,
    /// It wanted to keep more rows than the rows of its component may take
    /// (`limits.row-memory`). No fault of one row.
    RowMemory,
    /// One call returned more rows than `limits.output-rows`.
    OutputRows,
    /// One call returned more bytes than `limits.output-bytes`.
    OutputBytes,
    /// It emitted a value of more bytes than `limits.value-bytes`.
    ValueBytes,
    /// It emitted a JSON document that is nested deeper than `limits.json-depth`.
    JsonDepth,
    /// It asked for more random bytes in a second than `limits.random-bytes`.
    RandomBytes,
    /// It wanted to have more files, streams and the like than `limits.resources`.
    Resources,
    /// What it changed in its state could not be stored. No fault of its own.
    State,
    /// It called functions deeper than its stack, which has the same size for every
    /// component.
    Stack,
    /// What it returned is not what the interface or its own description says.
    InvalidOutput,
    /// The host gave it a batch that is not of its input's schema. The instance was
    /// not called and lives; a mistake of the host.
    InvalidInput,
    /// A call of an instance that an earlier fault has ended.
    Dead,
}

impl FaultKind {
    /// Whether a call came to a limit that its rows use up together: of time, of memory, of
    /// what it returns, of what it has open. It may have had too many, each of which keeps
    /// the limit.
    pub fn is_of_all_rows(self) -> bool {
        matches!(
            self,
            Self::CpuTime
                | Self::HostTime
                | Self::Memory
                | Self::WorkerMemory
                | Self::OutputRows
                | Self::OutputBytes
                | Self::Resources
        )
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Trap => "trap",
            Self::CpuTime => "cpu time",
            Self::HostTime => "host time",
            Self::Memory => "memory",
            Self::WorkerMemory => "worker memory",
            Self::RowMemory => "row memory",
            Self::OutputRows => "output rows",
            Self::OutputBytes => "output bytes",
            Self::ValueBytes => "value bytes",
            Self::JsonDepth => "json depth",
            Self::RandomBytes => "random bytes",
            Self::Resources => "resources",
            Self::State => "state",
            Self::Stack => "stack",
            Self::InvalidOutput => "invalid output",
            Self::InvalidInput => "invalid input",
            Self::Dead => "dead",
        })
    }
}
