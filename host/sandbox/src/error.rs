//! What can go wrong before a call: making the sandbox, loading a component,
//! asking it for its description.

use std::path::PathBuf;

use crate::Fault;

/// Why there is no sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The WebAssembly engine does not start on this machine.
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(String),
    /// The thread that measures computing time could not be started.
    #[error("cannot start the thread that measures computing time: {0}")]
    Ticker(std::io::Error),
    /// A certificate that components should trust is none.
    #[error("cannot check the certificates of servers: an authority that is to be trusted: {0}")]
    Authorities(String),
}

/// Why a file is not a component that can be run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is missing or cannot be read.
    #[error("cannot read the component {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is none of a WebAssembly component.
    #[error("{}: {found}", path.display())]
    NotAComponent {
        /// The file.
        path: PathBuf,
        /// What it is instead, and what to do.
        found: String,
    },
    /// The file begins as a component, and then breaks the format.
    #[error("{}: not a valid WebAssembly component: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
    /// A component that exports none of the interfaces of stormcell.
    #[error("{}: {found}", path.display())]
    World {
        /// The file.
        path: PathBuf,
        /// What it exports, and what was expected.
        found: String,
    },
    /// A component for another version of the interface than this host speaks.
    #[error("{}: {found}", path.display())]
    InterfaceVersion {
        /// The file.
        path: PathBuf,
        /// The version it is built for, those that the host speaks, and what to do.
        found: String,
    },
    /// It goes over a limit that holds before it runs.
    #[error("{}: goes over the limit `{limit}`, which is {allowed}: {found}; {advice}", path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// The limit: `component-size`, `component-nesting`, `component-names`,
        /// `compile-time` or `compile-memory`.
        limit: &'static str,
        /// What it allows.
        allowed: String,
        /// What was found or used.
        found: String,
        /// What to do.
        advice: &'static str,
    },
    /// The compiler did not work: it could not be started, crashed, or was killed.
    #[error("{}: the compiler failed on it, and nothing else was harmed: {reason}", path.display())]
    Compiler {
        /// The file.
        path: PathBuf,
        /// How it ended.
        reason: String,
    },
    /// Compiled code is not for this engine, or the component's functions are not those of its interface.
    #[error("{}: does not fit this host: {reason}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// The engine's reason.
        reason: String,
    },
}

/// Why a component's description is not known.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The call did not return.
    #[error("`describe` failed: {0}")]
    Fault(#[source] Fault),
    /// What it returned makes no sense.
    #[error("`describe` returned something invalid: {0}")]
    Invalid(String),
}
