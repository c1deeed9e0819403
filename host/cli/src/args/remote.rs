//! Arguments of the commands that talk to a supervisor.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::ValueHint;
use clap::{Args, ValueEnum};
use stormcell_protocol::api;
use stormcell_protocol::capabilities::CapabilityChange;

use super::building::Building;
use super::component_limits::ComponentLimits;
use super::server::ServerArgs;
use super::values::{self, Parallelism, capability, duration, name, patience, percent, rate};

/// Hand a topology to the supervisor
///
/// Builds the components that are given as source folders, checks everything,
/// uploads the component files that the supervisor does not have, and starts the
/// worker processes.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell submit topology.yaml --workers 4
  stormcell submit topology.yaml --name word-count-2 --inactive
  stormcell submit topology.yaml --wait --output json | jq .report.trees

With --wait, what components print goes to standard output (with --output json to
standard error), and then comes the same summary as that of `run`. The exit status
is then 0 if no row failed for good, else 1. Ctrl-C ends the waiting only.")]
pub(crate) struct SubmitArgs {
    /// The topology file, or a folder with a topology.yaml
    #[arg(value_name = "TOPOLOGY", value_hint = ValueHint::AnyPath)]
    pub(crate) topology: PathBuf,
    /// How many worker processes
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(api::MAX_WORKERS)))]
    pub(crate) workers: u32,
    /// Its name [default: that in the file]
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) name: Option<String>,
    /// Fail rows whose trees are not complete after this time [default: the topology's]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) message_timeout: Option<Duration>,
    /// Rows of a spout task that may be in flight [default: the topology's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_pending: Option<u32>,
    /// Start with spouts that do not emit, until `stormcell activate`
    #[arg(long)]
    pub(crate) inactive: bool,
    /// Wait until every spout has ended and every tree is complete
    #[arg(long, conflicts_with = "inactive")]
    pub(crate) wait: bool,
    #[command(flatten)]
    pub(crate) building: Building,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// List the topologies
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell list
  stormcell list --output json | jq -r '.[].name'")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Show a topology: its workers, tasks, components, deployments and errors
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell show word-count
  stormcell show word-count --output json | jq .report.trees
  stormcell show word-count --output json | jq -r .graph     a Mermaid diagram")]
pub(crate) struct ShowArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Watch topologies, or the components of one, live
///
/// Rates are those of the last second. Goes on when the supervisor is started
/// again. Off a terminal it prints one table and ends.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Keys:
  up, down   choose a line
  enter      the components of the chosen topology
  esc        back to the topologies
  q          leave

Examples:
  stormcell top
  stormcell top word-count
  stormcell top word-count --output json | jq .report.components")]
pub(crate) struct TopArgs {
    /// The topology; without it, all of them
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Show what the components and the workers of a topology wrote
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell logs word-count
  stormcell logs word-count -f --component split --level warn
  stormcell logs word-count --tail 20 --output json | jq -r .message
  stormcell logs word-count --submissions
  stormcell logs word-count --submission 3

Logs belong to a submission: one that is submitted under a name that was killed begins with
empty logs. Those of the topologies before it can be read until they are removed, or 5 of the
name are newer. With --output json, standard output has one JSON document a line.")]
pub(crate) struct LogsArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    /// Go on with what is written from now on
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Only what this component wrote
    #[arg(long, value_name = "COMPONENT", value_parser = name)]
    pub(crate) component: Option<String>,
    /// Only what this task wrote
    #[arg(long, value_name = "ID")]
    pub(crate) task: Option<u32>,
    /// Only what this worker and its tasks wrote
    #[arg(long, value_name = "K")]
    pub(crate) worker: Option<u32>,
    /// Only lines of this level, and of those that are worse
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) level: Option<LogLevel>,
    /// Only the last lines; 0: none that are there already
    #[arg(long, value_name = "N")]
    pub(crate) tail: Option<u64>,
    /// The logs of this submission of the name [default: the last]
    #[arg(long, value_name = "N")]
    pub(crate) submission: Option<u32>,
    /// List the submissions of the name whose logs are there
    #[arg(long, conflicts_with_all = ["follow", "component", "task", "worker", "level", "tail", "submission", "remove"])]
    pub(crate) submissions: bool,
    /// Remove the logs of all submissions that have ended, or of the one that is named
    #[arg(long, conflicts_with_all = ["follow", "component", "task", "worker", "level", "tail"])]
    pub(crate) remove: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// How bad a log line is, or which output of a component it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// All lines
    Trace,
    /// All but traces
    Debug,
    /// Information and worse, and all that components print
    Info,
    /// Warnings and errors
    Warn,
    /// Errors
    Error,
    /// Only what components print on standard output
    Stdout,
    /// Only what components print on standard error
    Stderr,
}

impl From<LogLevel> for api::LogLevel {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Trace => Self::Trace,
            LogLevel::Debug => Self::Debug,
            LogLevel::Info => Self::Info,
            LogLevel::Warn => Self::Warn,
            LogLevel::Error => Self::Error,
            LogLevel::Stdout => Self::Stdout,
            LogLevel::Stderr => Self::Stderr,
        }
    }
}

/// Let the spouts of a topology emit
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell activate word-count")]
pub(crate) struct ActivateArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Let the spouts of a topology not emit; bolts go on with what is in flight
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell deactivate word-count")]
pub(crate) struct DeactivateArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Change the number of workers or tasks of a running topology
///
/// Shows what would change, and asks on a terminal. Then the spouts pause, rows in
/// flight settle, tasks move, and the spouts go on. No row is lost, and the rows of
/// a key stay together.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell rebalance word-count --workers 4
  stormcell rebalance word-count --parallelism split=4 --parallelism count=2
  stormcell rebalance word-count --workers 2 --dry-run --output json | jq .tasks")]
pub(crate) struct RebalanceArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    /// How many worker processes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(api::MAX_WORKERS)))]
    pub(crate) workers: Option<u32>,
    /// How many tasks a component has; may be given several times
    #[arg(long, value_name = "COMPONENT=N", value_parser = values::parallelism)]
    pub(crate) parallelism: Vec<Parallelism>,
    /// Only show what would change
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// How long rows in flight may take to settle; if they do not, nothing changes
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    pub(crate) wait: Duration,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Give a component of a running topology another module
///
/// Builds it if it is a source folder, uploads it, and lets each task swap between
/// two calls: no row is lost and nothing stops. A module that fails more rows than
/// it may is taken back by itself.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell deploy word-count split ./split
  stormcell deploy word-count split split.wasm --canary 25 --watch 1m
  stormcell deploy word-count split split.wasm --max-error-rate 0 --detach
  stormcell deploy word-count split split.wasm --allow=http

A module that asks for more than the one that runs, as to call HTTP servers, is
refused, with the difference, unless that is allowed.

The exit status is 0 if it runs in all tasks, and 1 if it was rolled back or could
not be swapped in. Ctrl-C ends the waiting only; see `stormcell rollback`.")]
pub(crate) struct DeployArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    /// The spout or bolt
    #[arg(value_name = "COMPONENT", value_parser = name)]
    pub(crate) component: String,
    /// A component (.wasm) or a source folder
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) path: PathBuf,
    /// Percent of the tasks, at least one, that try it first
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "100")]
    pub(crate) canary: u8,
    /// Failed rows per row taken above which it is rolled back
    #[arg(long, value_name = "RATE", value_parser = rate, default_value = "0.01")]
    pub(crate) max_error_rate: f64,
    /// How long it is watched: in the canary, and then in all tasks
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub(crate) watch: Duration,
    /// What it may ask for beyond what it asks for now [default: nothing; alone: all]
    #[arg(
        long,
        value_name = "WHAT,...",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = CapabilityChange::ALL,
        value_delimiter = ',',
        value_parser = capability
    )]
    pub(crate) allow: Vec<String>,
    /// Do not wait for the end of the watch
    #[arg(long)]
    pub(crate) detach: bool,
    #[command(flatten)]
    pub(crate) building: Building,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Give a component the module that it ran before its last deployment
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell rollback word-count split")]
pub(crate) struct RollbackArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    /// The spout or bolt
    #[arg(value_name = "COMPONENT", value_parser = name)]
    pub(crate) component: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// End a topology and forget it
///
/// The spouts stop, rows in flight settle, the workers end, and the topology is
/// removed. Asks on a terminal, and waits until it is gone.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell kill word-count
  stormcell kill word-count --wait 5s --yes
  stormcell kill word-count --remove-state")]
pub(crate) struct KillArgs {
    /// The topology
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) topology: String,
    /// How long rows in flight may take to settle [default: the message timeout]
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub(crate) wait: Option<Duration>,
    /// Also remove what its tasks keep (grant `state`), for good; works when the topology is
    /// gone, too
    #[arg(long)]
    pub(crate) remove_state: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
