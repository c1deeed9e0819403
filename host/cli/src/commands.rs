//! The commands, one file each.

mod build;
mod completions;
mod explain;
mod graph;
mod inspect;
mod run;
mod validate;

use std::future::Future;

use crate::args::Command;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::status::Status;

/// Runs a command to its end.
pub(crate) fn run(command: &Command, console: &Console) -> Result<CommandOutput, Failure> {
    match command {
        Command::Run(args) => {
            with_runtime(args.threads, |interrupt| run::run(args, console, interrupt))
        }
        Command::Build(args) => {
            with_runtime(None, |interrupt| build::run(args, console, interrupt))
        }
        Command::Validate(args) => {
            with_runtime(None, |interrupt| validate::run(args, console, interrupt))
        }
        Command::Inspect(args) => {
            with_runtime(None, |interrupt| inspect::run(args, console, interrupt))
        }
        Command::Graph(args) => graph::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Completions(args) => Ok(completions::run(args)),
    }
}

/// Runs a command that works asynchronously, with so many threads.
fn with_runtime<F>(
    threads: Option<u16>,
    command: impl FnOnce(Interrupt) -> F,
) -> Result<CommandOutput, Failure>
where
    F: Future<Output = Result<CommandOutput, Failure>>,
{
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all();
    if let Some(threads) = threads {
        builder.worker_threads(threads.into());
    }
    let runtime = builder.build().map_err(|error| {
        Failure::new(Status::Internal, format!("cannot start threads: {error}"))
    })?;
    let result = runtime.block_on(async { command(Interrupt::listen()).await });
    // What is still compiled for nobody must not keep the process.
    runtime.shutdown_background();
    result
}
