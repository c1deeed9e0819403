//! `stormcell serve`, as a real process: what goes wrong around it, and how it stops.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/command.rs"]
mod command;
mod failures;
mod http;
mod place;
#[path = "../support/processes.rs"]
mod processes;
mod special;
mod stops;
mod store;
mod supply;
mod topology;
