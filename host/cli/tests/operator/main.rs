//! What an operator types, against a real supervisor: every command of the server side,
//! what it prints, and what it refuses.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod building;
#[path = "../support/cluster.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod cluster;
#[path = "../support/command.rs"]
mod command;
mod compiled;
mod completion;
mod counts;
mod dead_letters;
mod deploy;
#[path = "../support/files.rs"]
mod files;
#[path = "../support/journaled.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod journaled;
mod lifecycle;
mod logs;
#[path = "../support/processes.rs"]
mod processes;
mod quarantine;
mod rebalance;
mod relayed;
mod secrets;
mod shape;
mod state;
mod terminal;
mod top;
#[path = "../support/verdict.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod verdict;
mod words;

use std::time::Duration;

/// How long anything may take that should take no time at all.
const LONG: Duration = Duration::from_secs(60);
