//! Arguments of the commands that need no supervisor.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::ValueHint;
use clap::{Args, ValueEnum};
use stormcell_topology::units::Size;

use super::building::Building;
use super::component_limits::ComponentLimits;
use super::values::{duration, size};

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
    /// Keep the state of components that are granted it for the next run
    ///
    /// In the folder `state` of the state folder (see --state-dir). By default each run
    /// begins without state, and what it keeps is gone when it ends.
    #[arg(long)]
    pub(crate) keep_state: bool,
    /// Threads that run tasks [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Memory that all tasks may use together [default: the machine's]
    ///
    /// The topology is refused if the limits `memory` of its tasks are more. The default
    /// is the memory of the machine, or of the control group, if that is less.
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<Size>,
    #[command(flatten)]
    pub(crate) building: Building,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
}

/// Build the components of a topology, or one source folder
///
/// Installs the tools that this needs in the project-local folder `.stormcell`,
/// and builds what has changed.
///
/// Building a source folder runs code of its author (build scripts, what cargo, npm and
/// pip install) as you. Of the environment it sees what tools need, and nothing that is
/// of stormcell; the variable STORMCELL_BUILD_ENV names more (NAME,NAME).
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell build topology.yaml
  stormcell build bolts/split
  stormcell build -v bolts/split      with all that the tools print
  stormcell build bolts/split --out split.wasm
  stormcell build topology.yaml --out dist/

A source folder is one with a Cargo.toml whose library is a cdylib, a
pyproject.toml with a table [tool.stormcell], or a package.json with an object
\"stormcell\".")]
pub(crate) struct BuildArgs {
    /// Topology files and source folders
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the component to this file, or components into this folder (with a / at its end)
    ///
    /// A folder, which must be there, gets each component under the name of its source
    /// folder: `split.wasm`. A file is replaced all at once, or left as it was.
    #[arg(long, value_name = "FILE|FOLDER/", value_hint = ValueHint::AnyPath)]
    pub(crate) out: Option<PathBuf>,
}

/// Remove what builds have left and nobody needs
///
/// Of the folder `.stormcell` (see --state-dir): components that no source folder was built
/// to last, what was compiled of them, intermediate files of source folders that are gone,
/// tools of other versions, and what was set aside. All of it is made anew if it is needed.
/// Kept state and dead letters always stay.
///
/// While a build or a `run` uses the folder, nothing is removed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell clean --dry-run
  stormcell clean --all       all but kept state and dead letters")]
pub(crate) struct CleanArgs {
    /// The project: a topology file, or a folder
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true,
          value_hint = ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// Everything that can be made anew, also tools and what is up to date
    #[arg(long)]
    pub(crate) all: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Check a topology and its components without running it
///
/// All mistakes are shown at once, each with its place and a code that
/// `stormcell explain` expands.
///
/// Components are loaded, in their sandbox, and asked what they are. Those that are given
/// as source folders are built first, which runs code of their author (build scripts,
/// what cargo, npm and pip install) as you: of a stranger, only .wasm files are safe to
/// check. With --no-build nothing is built.
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
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
}

/// Show what a component or a topology consists of
///
/// Of a component: what it is, the streams it emits and needs, its configuration,
/// and what it can reach. Of a topology: its components, streams, groupings,
/// grants and limits, with every default filled in; components that are given as source
/// folders are built.
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
    #[command(flatten)]
    pub(crate) building: Building,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
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
