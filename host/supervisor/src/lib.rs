//! `stormcell serve`: the supervisor of one machine.
//!
//! A [`Supervisor`] serves one data folder ([`stormcell_protocol::DataDir`]). It keeps
//! what was submitted, has worker processes run it, and is never on the path of a row.
//!
//! | module | owns |
//! |---|---|
//! | `data` | the data folder and its lock: one supervisor a folder |
//! | [`store`] | the records of topologies, in one file that survives a power cut |
//! | `components` | component files by digest |
//! | [`processes`] | starting, watching and ending worker processes |
//! | `control` | the connections of workers |
//! | `topology` | one task for each topology: a `Coordinator`, fed and obeyed |
//! | [`api`] | the HTTP API: `Supervisor` for clients |
//! | [`logs`] | reading what workers and the supervisor wrote about a topology |
//! | `submissions` | the logs of each submission, and for how long they are kept |
//! | `state` | what tasks keep: removed with its topology, refused if that does not fit |
//! | `prepare` | from a topology file and component files to a checked topology |
//!
//! Invariants:
//! - what a client was told is stored durably before it was told;
//! - two supervisors never serve the same folder, and two incarnations of a worker are
//!   never alive at once;
//! - a topology that cannot run does not keep others from running;
//! - only a monotonic clock decides anything; the time of day is for people and never
//!   read back;
//! - a process is only ended if it holds the lock of the worker that is meant.
#![forbid(unsafe_code)]

pub mod api;
mod blocking;
mod components;
mod config;
mod context;
mod control;
mod data;
mod deploy;
#[cfg(test)]
mod fixtures;
pub mod logs;
mod prepare;
mod problem;
pub mod processes;
mod secrets;
mod start;
mod state;
pub mod store;
mod submissions;
mod submit;
mod supervisor;
mod topologies;
mod topology;

pub use components::SignaturePolicy;
pub use config::{StartError, SupervisorConfig};
pub use control::MAX_MESSAGE;
pub use data::DataFolder;
pub use stormcell_coordinator::MAX_WORKERS;
pub use supervisor::Supervisor;
pub use topologies::MAX_TOPOLOGIES;

#[cfg(test)]
mod tests;
