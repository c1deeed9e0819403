//! `stormcell serve`, as a real process: what goes wrong around it, and how it stops.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/command.rs"]
mod command;
mod cycle;
mod debug_info;
mod failures;
mod http;
mod idle;
mod memory;
mod place;
mod private;
#[path = "../support/processes.rs"]
mod processes;
mod special;
mod stops;
mod store;
mod supply;
mod topology;
