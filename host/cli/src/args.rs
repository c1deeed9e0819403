//! What can be typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::ValueHint;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::status;

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
         stormcell inspect bolt.wasm               what a component needs and emits\n\n{}",
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
    Validate(ValidateArgs),
    Inspect(InspectArgs),
    Graph(GraphArgs),
    Explain(ExplainArgs),
    Completions(CompletionsArgs),
}

/// Run a topology in this process
///
/// Builds the components that are given as source folders, checks everything,
/// and runs until every spout has ended and every tree of rows is complete. What
/// components print goes to standard output, then comes a summary.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell run topology.yaml
  stormcell run topology.yaml --time 30s --output json > report.json
  stormcell run topology.yaml --fault drop=0.01 --message-timeout 2s

With --output json, standard output is one JSON document (the report), and what
components print goes to standard error. The exit status is 0 if no row failed
for good, else 1; Ctrl-C stops the topology in an orderly way, twice at once.")]
pub(crate) struct RunArgs {
    /// The topology file, or a folder with a topology.yaml
    #[arg(value_name = "TOPOLOGY", value_hint = ValueHint::AnyPath)]
    pub(crate) topology: PathBuf,
    /// As a test, lose a share of the rows of spouts: drop=SHARE
    ///
    /// `drop=0.01` drops one row in a hundred between the spouts and the bolts,
    /// at random (see --seed), as a broken link would.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Option<stormcell_runtime::Fault>,
    /// Fail rows whose trees are not complete after this time [default: the topology's]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) message_timeout: Option<Duration>,
    /// Rows of a spout task that may be in flight [default: the topology's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_pending: Option<u32>,
    /// Seed of everything random [default: another one each time]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Stop after this time
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// Threads that run tasks [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

/// Build the components of a topology, or one source folder
///
/// Installs the tools that this needs in the project-local folder `.stormcell`,
/// and builds what has changed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell build topology.yaml
  stormcell build bolts/split
  stormcell build -v bolts/split      with all that the tools print

A source folder is one with a Cargo.toml whose library is a cdylib, a
pyproject.toml with a table [tool.stormcell], or a package.json with an object
\"stormcell\".")]
pub(crate) struct BuildArgs {
    /// Topology files and source folders
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
}

/// Check a topology and its components without running it
///
/// All mistakes are shown at once, each with its place and a code that
/// `stormcell explain` expands.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell validate topology.yaml
  stormcell validate --no-build topology.yaml     the file alone
  stormcell validate --deny-warnings topology.yaml && deploy

The exit status is 0 if there are no errors, else 65.")]
pub(crate) struct ValidateArgs {
    /// The topology file, or a folder with a topology.yaml
    #[arg(value_name = "TOPOLOGY", value_hint = ValueHint::AnyPath)]
    pub(crate) topology: PathBuf,
    /// Check the file alone: build and load no component
    #[arg(long)]
    pub(crate) no_build: bool,
    /// Let warnings count as errors
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}

/// Show what a component or a topology consists of
///
/// Of a component: what it is, the streams it emits and needs, its configuration,
/// and what it can reach. Of a topology: its components, streams, groupings,
/// grants and limits, with every default filled in.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell inspect split.wasm
  stormcell inspect topology.yaml
  stormcell inspect split.wasm --output json | jq .outputs")]
pub(crate) struct InspectArgs {
    /// A component (.wasm), a topology file, or a folder with a topology.yaml
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) file: PathBuf,
}

/// Draw a topology
///
/// Only the file is needed, the components are not.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell graph topology.yaml                            for a README
  stormcell graph topology.yaml --format dot | dot -Tsvg > topology.svg")]
pub(crate) struct GraphArgs {
    /// The topology file, or a folder with a topology.yaml
    #[arg(value_name = "TOPOLOGY", value_hint = ValueHint::AnyPath)]
    pub(crate) topology: PathBuf,
    /// The language of the drawing
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Mermaid)]
    pub(crate) format: GraphFormat,
}

/// The language of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// As in Markdown files
    Mermaid,
    /// For Graphviz
    Dot,
}

/// Explain the code of a diagnostic
///
/// Without a code, all codes are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell explain SC0041
  stormcell explain")]
pub(crate) struct ExplainArgs {
    /// The code, as SC0041
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell completions bash > ~/.local/share/bash-completion/completions/stormcell
  stormcell completions zsh > ~/.zfunc/_stormcell
  stormcell completions fish > ~/.config/fish/completions/stormcell.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// A time as `500ms`, `5s`, `2m` or `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time: write a number and ms, s, m or h, as in 30s");
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(wrong()),
    };
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
    if duration.is_zero() {
        return Err(format!("`{text}` is no time at all"));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        for text in [
            "", "5", "s", "5 s", "-1s", "5d", "1e400s", "0s", "nans", "5é",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
