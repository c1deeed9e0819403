//! The commands, one file each.

mod activate;
mod bench;
mod build;
mod clean;
mod compile_component;
mod complete;
mod completions;
mod dead_letter;
mod deploy;
mod explain;
mod graph;
mod inspect;
mod keygen;
mod kill;
mod list;
mod logs;
mod poll;
mod rebalance;
mod run;
mod serve;
mod show;
mod sign;
mod submit;
mod top;
mod validate;
mod worker;

use std::future::Future;

use crate::args::Command;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::open_files;
use crate::output::CommandOutput;
use crate::status::Status;

/// Runs a command to its end.
pub(crate) fn run(command: &Command, console: &Console) -> Result<CommandOutput, Failure> {
    if matches!(
        command,
        Command::Run(_) | Command::Serve(_) | Command::Worker(_)
    ) {
        open_files::raise_limit();
    }
    match command {
        Command::Run(args) => {
            with_runtime(args.threads, |interrupt| run::run(args, console, interrupt))
        }
        Command::Build(args) => here(|interrupt| build::run(args, console, interrupt)),
        Command::Clean(args) => here(|interrupt| clean::run(args, console, interrupt)),
        Command::Validate(args) => here(|interrupt| validate::run(args, console, interrupt)),
        Command::Inspect(args) => here(|interrupt| inspect::run(args, console, interrupt)),
        Command::Graph(args) => graph::run(args),
        Command::Serve(args) => here(|interrupt| serve::run(args, console, interrupt)),
        Command::Submit(args) => here(|interrupt| submit::run(args, console, interrupt)),
        Command::List(args) => here(|interrupt| list::run(args, interrupt)),
        Command::Show(args) => here(|interrupt| show::run(args, interrupt)),
        Command::Top(args) => here(|interrupt| top::run(args, console, interrupt)),
        Command::Logs(args) => here(|interrupt| logs::run(args, console, interrupt)),
        Command::Activate(args) => here(|interrupt| activate::activate(args, interrupt)),
        Command::Deactivate(args) => here(|interrupt| activate::deactivate(args, interrupt)),
        Command::Rebalance(args) => here(|interrupt| rebalance::run(args, console, interrupt)),
        Command::Deploy(args) => here(|interrupt| deploy::deploy(args, console, interrupt)),
        Command::Rollback(args) => here(|interrupt| deploy::rollback(args, console, interrupt)),
        Command::Kill(args) => here(|interrupt| kill::run(args, console, interrupt)),
        Command::DeadLetter(args) => here(|interrupt| dead_letter::run(args, console, interrupt)),
        Command::Keygen(args) => keygen::run(args),
        Command::Sign(args) => here(|interrupt| sign::run(args, console, interrupt)),
        Command::Bench(args) => here(|interrupt| bench::run(args, console, interrupt)),
        Command::Explain(args) => explain::run(args),
        Command::Completions(args) => Ok(completions::run(args)),
        Command::Complete(args) => here(|_| complete::run(args, console)),
        // A worker minds signals itself.
        Command::Worker(args) => block_on(None, worker::run(args)),
        Command::CompileComponent => compile_component::run(),
    }
}

/// Runs a command that works asynchronously, with a thread a core.
fn here<F>(command: impl FnOnce(Interrupt) -> F) -> Result<CommandOutput, Failure>
where
    F: Future<Output = Result<CommandOutput, Failure>>,
{
    with_runtime(None, command)
}

/// Runs a command that works asynchronously, with so many threads.
fn with_runtime<F>(
    threads: Option<u16>,
    command: impl FnOnce(Interrupt) -> F,
) -> Result<CommandOutput, Failure>
where
    F: Future<Output = Result<CommandOutput, Failure>>,
{
    block_on(threads, async { command(Interrupt::listen()).await })
}

/// Waits for what is done with so many threads.
fn block_on(
    threads: Option<u16>,
    work: impl Future<Output = Result<CommandOutput, Failure>>,
) -> Result<CommandOutput, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all();
    if let Some(threads) = threads {
        builder.worker_threads(threads.into());
    }
    let runtime = builder.build().map_err(|error| {
        Failure::new(Status::Internal, format!("cannot start threads: {error}"))
    })?;
    let result = runtime.block_on(work);
    // What is still compiled for nobody, or waited for, must not keep the process.
    runtime.shutdown_background();
    result
}
