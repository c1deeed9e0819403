//! The binary `stormcell`: arguments in, text or JSON out.
//!
//! One file a command under `commands`; each returns one [`output::CommandOutput`]
//! or one [`failure::Failure`], and this file is the only one that prints them
//! and turns them into an exit status. Data goes to standard output, everything
//! else to standard error. What is typed is in `args`; nothing there touches the
//! system.
#![forbid(unsafe_code)]

mod args;
mod client;
mod commands;
mod compiled;
mod confirm;
mod console;
mod failure;
mod format;
mod interrupt;
mod logging;
mod open_files;
mod output;
mod prepare;
mod progress;
mod signature_file;
mod state;
mod status;
mod status_line;
mod summary;
mod table;
mod topology_file;
mod upload;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;
use crate::console::Console;
use crate::status::Status;

/// Rows are allocated by one thread and freed by another, and that is what jemalloc is
/// good at: glibc's allocator waits for locks there (docs/performance.md).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(&cli.global);
    // A worker has a log of its own, and the parent of a compiler tells what came of it.
    if !cli.command.is_of_the_host() {
        logging::init(&console);
    }
    let status = match commands::run(&cli.command, &console) {
        Ok(output) => output::print(&output, &console),
        Err(failure) => failure::print(&failure, &console),
    };
    // A reader of standard output that has left (`| head`) has what it wanted.
    let status = status.unwrap_or_else(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Status::Ok,
        _ => {
            console.error(&format!("cannot write the output: {error}"));
            Status::Internal
        }
    });
    status.into()
}
