//! Runs a plan: tasks, mailboxes, groupings and acking over tokio.
//!
//! [`run`] takes a checked topology with its loaded components, makes an instance
//! for each task, and runs them until every spout has ended and every tree is
//! settled, or until [`Control::stop`]. What is decided is decided in the pure
//! crates (who gets a row: `groupings`; when a tree is complete: `acking`); here
//! rows, time and instances are moved.
//!
//! Invariants:
//! - nobody waits to send, and whoever waits before a call waits only for tasks
//!   farther down, so there is no deadlock ([`pacing`]);
//! - a call takes effect as a whole or not at all ([`task`]);
//! - every row that is sent is counted until its call is over, so "nothing left to
//!   do" is a fact and not a guess ([`mailbox`]).
#![forbid(unsafe_code)]

mod abandoned;
mod account;
mod call_size;
mod causes;
mod closing;
mod control;
mod error;
mod errors;
mod faults;
mod figures;
mod finish;
mod holders;
mod incoming;
mod mailbox;
mod metrics;
mod options;
mod outlet;
mod pacing;
mod peers;
mod place;
mod replayed;
mod router;
mod rows;
mod run;
mod sink;
mod streak;
mod task;
mod task_counts;
mod tasks;
mod ticking;
mod tracker;
mod unbegun;
mod wiring;

pub use control::Control;
pub use error::RunError;
pub use faults::{Fault, FaultError};
pub use options::{Job, Options, Output, Trial};
pub use place::{Place, WorkerPlace};
pub use run::run;
pub use stormcell_protocol::{ComponentReport, Ending, ErrorReport, Report, TreeReport};
pub use tasks::Tasks;

/// Rows that a call of a bolt is given at most.
const CALL_ROWS: usize = 1024;
/// Rows that a spout is asked for at a time at most.
const SPOUT_ROWS: usize = 512;
