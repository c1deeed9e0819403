//! Counts the instructions that hot paths take, and compares them with a committed
//! baseline, so that a slow-down fails the build.
//!
//! Times are not stable on a shared machine; the number of instructions is. A path is
//! run under valgrind's callgrind in a process of its own, with the same input and the
//! same processor each time (valgrind's). A crate with hot paths has a benchmark
//! called `instructions` that lists them in a [`Program`]; `tests/instructions/run`
//! runs all of those:
//!
//! ```text
//! tests/instructions/run                     compare everything with the baseline
//! tests/instructions/run groupings/          ... the paths that begin with this
//! tests/instructions/run --accept [PATH]     make what is counted now the baseline
//! ```
//!
//! A path fails if it takes more instructions than its baseline and its tolerance
//! allow. One that takes fewer passes, and is named: accept it, or the next slow-down
//! has that much room. A path without a baseline, and a baseline without a path, fail.
//!
//! What instructions do not tell: cache misses, waiting, and what the kernel does.
//! Those are measured by `stormcell bench`.
//!
//! Why not the crate gungraun (formerly iai-callgrind), which counts in the same way:
//! what it compares with are whole outputs of callgrind, some megabytes for a program
//! with wasmtime in it, which nobody would review in a commit; its limits without
//! those are numbers in the source code, which say nothing of a path that got faster.
//! A table of one number a path is both small and exact.
//!
//! Invariants:
//! - what is counted is between the two markers of [`Counter`] and on its thread,
//!   nothing before, and nothing after;
//! - the environment of a count is the same everywhere, so that nothing of the machine's
//!   is in it;
//! - the baseline is written by `--accept` only.
#![forbid(unsafe_code)]

mod baseline;
mod command;
mod compare;
mod counter;
mod error;
mod program;
mod report;
mod toolchain;
mod valgrind;

pub use counter::Counter;
pub use program::{HotPath, Program};
