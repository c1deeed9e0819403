//! Pure: the life of one submitted topology.
//!
//! A [`Coordinator`] is told what happens ([`Event`]) and says what is to be done
//! ([`Action`]). It has no clock, does no input or output and draws nothing at random,
//! so the supervisor, tests and simulations run the same decisions.
//!
//! - `processes.rs` starts and ends workers, `worker.rs` is one;
//! - `upkeep.rs` tells each worker what it is to know and do;
//! - `operation.rs` is what goes on with the whole topology: `finish.rs`, `stop.rs`,
//!   `rebalance.rs`, `deploy.rs`;
//! - `replay.rs` has a topology that has finished run once more for dead letters;
//! - `quiet.rs` finds out whether anything is left to do, `closing.rs` closes tasks;
//! - `summary.rs` and `totals.rs` say how it is.
//!
//! # Invariants
//! - what must survive is stored before it is acted upon: the number of a run before it
//!   is started, a plan before a worker gets it;
//! - no two runs of one worker are alive: one is started only when the one before has
//!   exited for certain;
//! - every command is answered once;
//! - numbers of runs and generations of plans only grow;
//! - after a supervisor has died at any point, the next one goes on from the record.
#![forbid(unsafe_code)]

mod closing;
mod commands;
mod coordinator;
mod deploy;
mod event;
mod finish;
mod limits;
mod operation;
mod processes;
mod quiet;
mod rebalance;
mod replay;
mod requests;
mod stop;
mod summary;
mod totals;
mod upkeep;
mod worker;

pub use coordinator::Coordinator;
pub use event::{Action, Answer, Command, Event, Now};
pub use limits::{CONNECT_LIMIT, HEARTBEAT_LIMIT};
pub use stormcell_protocol::api::MAX_WORKERS;
