//! A worker process: runs the tasks that a supervisor assigns to it.
//!
//! [`main`] is the whole process; [`run`] is the worker in it, which reaches the
//! outside only through what [`WorkerConfig`] holds, so that many can run in one
//! process on a paused clock.
//!
//! | module | owns |
//! |---|---|
//! | `process` | lock, log and signals of a process |
//! | `worker` | the loop: what the supervisor says, what tasks and links tell, heartbeats |
//! | `control` | the connection to the supervisor, made again for ever |
//! | `changes` | what takes long: preparing, closing, swapping, taking another plan |
//! | `job` | from an assignment to what the runtime is given |
//! | `modules` | which component file each task here runs |
//! | `library` | component files by digest, loaded and described |
//! | `descriptions` | what components said of themselves when they were asked first |
//! | `lock` | one incarnation of a worker at a time |
//! | `machine_memory` | how much memory this machine has for a process |
//! | `log_file`, `output`, `lines`, `events` | the log of a worker |
//!
//! Invariants:
//! - nothing runs without the lock, and links listen before tasks are said to be ready;
//! - a worker answers and sends heartbeats while changes are carried out;
//! - it works on when its supervisor is gone, and ends when a task fails for good;
//! - a plan of an older generation is never taken;
//! - no clock but tokio's and no randomness but the seed decide anything.
#![forbid(unsafe_code)]

mod changes;
mod config;
mod control;
mod descriptions;
mod events;
mod heartbeat;
mod job;
mod library;
mod lines;
mod lock;
mod log_file;
mod machine_memory;
mod modules;
mod output;
mod process;
mod worker;

pub use config::{Ended, WorkerConfig, WorkerError};
pub use descriptions::describe;
pub use events::LOG_VARIABLE;
pub use library::{Library, LibraryError, Loaded};
pub use lock::{Holder, Lock, LockError};
pub use log_file::{LogFile, LogLimits};
pub use machine_memory::machine_memory;
pub use output::LogOutput;
pub use process::{WorkerArgs, main};
pub use worker::run;
