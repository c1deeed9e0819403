//! Who compiles components, and within which bounds.
//!
//! A component is written by a stranger, and compiling it is the first thing that the
//! host does with it: it may be made to take hours, all the memory there is, or to crash
//! the compiler. A child process bounds all three, gives all its memory back when it is
//! done, and can be killed ([`child`] is the side of the parent, [`process`] that of the
//! child, and [`frame`] is what they say to each other). Reading the debug information of
//! a component is as dangerous, and is done by such a process as well
//! ([`crate::debug_info`]).
//!
//! Invariants:
//! - what is compiled is what was hashed: the child is given the bytes, not the path;
//! - the child knows no key and writes no file, so that whatever becomes of it, only the
//!   parent writes to the cache;
//! - code is taken only from a pipe of which our own child had the other end, whole, and
//!   only if the child compiles for this very engine;
//! - a child does not outlive the call that wants its code, nor its parent.

pub(crate) mod child;
mod frame;
mod process;
pub(crate) mod usage;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

pub use process::compile_component;

/// Who compiles components that are not in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Compiler {
    /// This process, on a thread for blocking work. Nothing bounds it, and a crash of the
    /// compiler is a crash of the process: for components that are trusted. Backtraces have
    /// no files and lines then, since nothing reads debug information in this process.
    #[default]
    InProcess,
    /// A child process a component, which is killed when it is over its limits.
    Child(CompilerProcess),
}

/// How the child process that compiles is started, and what it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompilerProcess {
    /// A program that calls [`compile_component`].
    pub program: PathBuf,
    /// The arguments that make it do so.
    pub arguments: Vec<OsString>,
    /// What it may use.
    pub limits: CompileLimits,
}

impl CompilerProcess {
    /// The program that this process runs, also after its file has been replaced, with
    /// these arguments and the default limits.
    pub fn of_this_program(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            program: PathBuf::from("/proc/self/exe"),
            arguments: arguments.into_iter().map(Into::into).collect(),
            limits: CompileLimits::default(),
        }
    }
}

/// What compiling one component may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileLimits {
    /// Computing time of all its threads together, counted in whole seconds. Whatever it
    /// waits for, it is stopped after [`CompileLimits::CLOCK`] times that by the clock.
    /// Default 60 s: a Python component, the largest there are, takes 5 to 17 s of it, by
    /// how busy the machine is.
    pub time: Duration,
    /// Bytes of addresses that it may have, its program included. Default 4 GiB.
    pub memory: u64,
}

impl CompileLimits {
    /// How many times [`CompileLimits::time`] may pass by the clock: the processors may
    /// have other work.
    pub const CLOCK: u32 = 10;

    /// How long it may take by the clock.
    pub(crate) fn clock(&self) -> Duration {
        self.time.saturating_mul(Self::CLOCK)
    }

    /// The computing time in seconds, at least one.
    pub(crate) fn seconds(&self) -> u64 {
        let started = u64::from(self.time.subsec_nanos() > 0);
        self.time.as_secs().saturating_add(started).max(1)
    }
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            memory: 4 << 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_time_is_counted_in_whole_seconds() {
        let seconds = |ms| {
            CompileLimits {
                time: Duration::from_millis(ms),
                ..CompileLimits::default()
            }
            .seconds()
        };
        assert_eq!([0, 1, 1000, 1001, 60_000].map(seconds), [1, 1, 1, 2, 60]);
    }
}
