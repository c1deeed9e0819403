//! `stormcell bench`: fixed shapes of topologies, measured on stormcell and, side by
//! side in the same run, on other engines.
//!
//! A [`Shape`] says what is run; an [`Engine`] runs it and says what it measured, as a
//! [`Sample`] of [`Quantity`]s. The runner takes turns: one run of each engine, then the
//! next run of each, so that a machine that slows down slows all of them.
//!
//! Invariants:
//! - counters are exact: nothing is sampled, and a run that lost, failed or replayed a
//!   row that it should not is an error, not a figure;
//! - every engine runs in processes of its own, whose CPU time and memory are measured
//!   from outside, in the same way for all; only plain loops of Rust run in this process,
//!   so nothing is said of their memory;
//! - latency counts from when a row was to be emitted, not from when it was, so an
//!   engine that falls behind cannot hide it (coordinated omission);
//! - components and other engines' programs come out of this program, so an installed
//!   binary can be measured without its repository;
//! - other engines are real: fetched from their package registries, in pinned versions.
#![forbid(unsafe_code)]

mod about;
mod book;
mod built;
mod cpu_clock;
mod direct;
mod engine;
mod engines;
pub mod growth;
mod machine;
mod operator;
mod process;
mod quantity;
mod report;
mod results;
mod runner;
mod sample;
mod scratch;
mod shape;
mod sources;
mod statistics;
mod targets;

pub use engine::{BenchError, Engine, Surroundings};
pub use engines::bytewax::{Bytewax, Style as BytewaxStyle};
pub use engines::native::Native;
pub use engines::{SUBJECT, all as all_engines};
pub use machine::Machine;
pub use operator::{OperatorSide, Operators};
pub use process::{Finished, Program, Running, Usage};
pub use quantity::{Better, Quantity};
pub use report::{Style, headline, text as report};
pub use results::{EngineResult, Results, Settings, ShapeResult};
pub use runner::{Plan, Turn, Watcher, run};
pub use sample::Sample;
pub use scratch::Scratch;
pub use shape::{Language, Operator, Pace, Shape};
pub use sources::Sources;
pub use statistics::Spread;
pub use targets::{Outcome, Verdict};
