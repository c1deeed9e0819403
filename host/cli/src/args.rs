//! What can be typed.

mod bench;
mod building;
mod component_limits;
mod dead_letter;
mod help;
mod local;
mod remote;
mod server;
mod signing;
mod values;

use std::path::PathBuf;

use clap::builder::ValueHint;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::status;

pub(crate) use bench::{ALL as ALL_ENGINES, BenchArgs};
pub(crate) use building::Building;
pub(crate) use component_limits::{COMPILE_COMPONENT, ComponentLimits};
pub(crate) use dead_letter::{DeadLetterArgs, DeadLetterCommand, LettersAt};
pub(crate) use help::{CompleteArgs, CompletionsArgs, ExplainArgs};
pub(crate) use local::{
    BuildArgs, CleanArgs, GraphArgs, GraphFormat, InspectArgs, RunArgs, ValidateArgs,
};
pub(crate) use remote::{
    ActivateArgs, DeactivateArgs, DeployArgs, KillArgs, ListArgs, LogsArgs, RebalanceArgs,
    RollbackArgs, ShowArgs, SubmitArgs, TopArgs,
};
pub(crate) use server::{ServeArgs, ServerArgs, WorkerArgs};
pub(crate) use signing::{KeygenArgs, SignArgs};
pub(crate) use values::Parallelism;

/// Runs Apache-Storm-style topologies of WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "stormcell", version, max_term_width = 100)]
#[command(after_help = "`stormcell --help` has examples and exit statuses, as has each command.")]
#[command(after_long_help = LONG_HELP.as_str())]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

static LONG_HELP: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!(
        "Examples:\n  \
         stormcell run topology.yaml               build what is needed, run, show a summary\n  \
         stormcell validate topology.yaml          find every mistake without running\n  \
         stormcell graph topology.yaml             the topology as a Mermaid diagram\n  \
         stormcell inspect bolt.wasm               what a component needs and emits\n\n  \
         stormcell serve                           a supervisor; from another terminal:\n  \
         stormcell submit topology.yaml --workers 2\n  \
         stormcell top                             how every topology does\n\n{}",
        status::HELP
    )
});

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// What standard output is: for people, or one JSON document
    #[arg(long, global = true, value_enum, value_name = "text|json", hide_possible_values = true,
          default_value_t = OutputForm::Text)]
    pub(crate) output: OutputForm,
    /// Whether to use colours; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, value_name = "auto|always|never",
          hide_possible_values = true, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    /// Show more: debug logs, and what build tools print; -vv: traces
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Show less: no progress, and only errors in the log
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Where tools, built components and caches are kept
    ///
    /// By default `.stormcell` in the nearest folder above the topology (or
    /// source) that has one or is a git checkout; else in the nearest cargo
    /// workspace; else beside the topology or source.
    #[arg(long, global = true, value_name = "DIR", env = "STORMCELL_HOME", hide_env_values = true,
          value_hint = ValueHint::DirPath)]
    pub(crate) state_dir: Option<PathBuf>,
}

/// The form of what is printed on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputForm {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands; what each does is said at its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Build(BuildArgs),
    Clean(CleanArgs),
    Validate(ValidateArgs),
    Inspect(InspectArgs),
    Graph(GraphArgs),
    Serve(ServeArgs),
    Submit(SubmitArgs),
    List(ListArgs),
    Show(ShowArgs),
    Top(TopArgs),
    Logs(LogsArgs),
    Activate(ActivateArgs),
    Deactivate(DeactivateArgs),
    Rebalance(RebalanceArgs),
    Deploy(DeployArgs),
    Rollback(RollbackArgs),
    Kill(KillArgs),
    DeadLetter(DeadLetterArgs),
    Keygen(KeygenArgs),
    Sign(SignArgs),
    Bench(BenchArgs),
    Explain(ExplainArgs),
    Completions(CompletionsArgs),
    #[command(hide = true)]
    Complete(CompleteArgs),
    #[command(hide = true)]
    Worker(WorkerArgs),
    /// Compile a component for the process that started this one
    #[command(hide = true, name = COMPILE_COMPONENT)]
    CompileComponent,
}

impl Command {
    /// Whether it is a process that the host starts, and not for people.
    pub(crate) fn is_of_the_host(&self) -> bool {
        matches!(self, Self::Worker(_) | Self::CompileComponent)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
