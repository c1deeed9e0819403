//! The instructions of what needs real components, compiled by wasmtime: lowering and
//! lifting, a call of each form with the Rust component in it, and whole topologies,
//! which are mailboxes, router, outcomes and acks. `tests/instructions/run components/`
//!
//! One program, because each that links wasmtime takes long to link.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod boundary;
mod components;
mod topologies;

use std::process::ExitCode;

use stormcell_instructions::Program;

/// Where this program keeps what it makes.
const DIR: &str = env!("CARGO_TARGET_TMPDIR");

fn main() -> ExitCode {
    let mut paths = boundary::paths();
    paths.extend(topologies::paths());
    Program {
        name: "components",
        dir: DIR,
        build: components::build,
        load: Some(components::load_all),
        paths,
    }
    .main()
}
