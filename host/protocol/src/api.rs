//! The bodies of the HTTP API, version 1. The paths are in the supervisor
//! (`host/supervisor/src/api`), and the OpenAPI document is made from both.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::record::{Deployment, Desired};
use crate::report::Report;

mod problem;

pub use problem::{Problem, ProblemCode};

/// `POST /v1/topologies`: what to run. The component files must have been uploaded
/// (`PUT /v1/components/{digest}`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// The text of the topology file.
    pub file: String,
    /// How error messages name the file.
    #[serde(default = "file_name")]
    pub file_name: String,
    /// The folder, on the machine of the supervisor, that relative paths of grants
    /// start from.
    #[schema(value_type = String)]
    pub base_dir: PathBuf,
    /// For each `component:` of the file, as written there, the digest of its file.
    pub components: BTreeMap<String, String>,
    /// How many worker processes.
    #[serde(default = "one")]
    pub workers: u32,
    /// In place of the name in the file.
    #[serde(default)]
    pub name: Option<String>,
    /// In place of the time-outs of the file, in milliseconds.
    #[serde(default)]
    pub message_timeout_ms: Option<u64>,
    /// In place of the limits of pending rows of the file.
    #[serde(default)]
    pub max_pending: Option<u32>,
    /// Start with spouts that do not emit.
    #[serde(default)]
    pub inactive: bool,
}

fn file_name() -> String {
    "topology.yaml".to_owned()
}

fn one() -> u32 {
    1
}

/// The answer to a submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Submitted {
    /// The topology as it is now.
    pub topology: TopologySummary,
    /// Warnings about the file, as `stormcell validate` prints them.
    pub warnings: Vec<String>,
}

/// One line of `list`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopologySummary {
    /// Its name.
    pub name: String,
    /// How it is.
    pub status: Status,
    /// What is going on with it, for people: `rebalancing: draining`.
    pub operation: Option<String>,
    /// How many workers it has, and how many of them work.
    pub workers: WorkerCount,
    /// How many tasks it has.
    pub tasks: u32,
    /// The generation of its plan.
    pub generation: u64,
    /// When it was submitted, in seconds since 1970.
    pub submitted_at: u64,
    /// Which submission of its name it is, from 1 on: its logs are those of this one.
    #[serde(default)]
    pub submission: u32,
    /// Spout rows: emitted, acked, failed so far. `None` before the first report.
    pub trees: Option<crate::TreeReport>,
    /// What is wrong with it now, if something is.
    pub problem: Option<String>,
}

/// How a topology is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is being submitted: its component files are compiled and checked. `operation` says
    /// how far that is.
    Preparing,
    /// Workers are being started, or restarted.
    Starting,
    /// It runs.
    Active,
    /// It runs, and its spouts are deactivated.
    Inactive,
    /// It is being changed: its spouts are paused.
    Rebalancing,
    /// It is being drained and removed.
    Killed,
    /// It ran to its end.
    Finished,
}

impl From<Desired> for Status {
    fn from(desired: Desired) -> Self {
        match desired {
            Desired::Active => Self::Active,
            Desired::Inactive => Self::Inactive,
            Desired::Killed => Self::Killed,
            Desired::Finished => Self::Finished,
        }
    }
}

/// How many workers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkerCount {
    /// How many the plan has.
    pub planned: u32,
    /// How many work.
    pub up: u32,
}

/// `GET /v1/topologies/{name}`: `show`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopologyDetail {
    /// The line of `list`.
    pub summary: TopologySummary,
    /// Its workers.
    pub workers: Vec<WorkerDetail>,
    /// Its tasks.
    pub tasks: Vec<TaskDetail>,
    /// What it did since it was submitted, over all workers that there are and were.
    pub report: Option<Report>,
    /// Deployments, the latest last.
    pub deployments: Vec<Deployment>,
    /// The topology as a Mermaid diagram.
    pub graph: String,
    /// Of the component files that its tasks run, those that are signed: by digest, the
    /// trusted key that signed it.
    #[serde(default)]
    pub signers: BTreeMap<String, String>,
}

/// One worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkerDetail {
    /// Which, from 0 on.
    pub worker: u32,
    /// The number of its run, 0 before the first; it grows over all workers of the topology.
    pub incarnation: u32,
    /// How it is.
    pub state: WorkerState,
    /// Its process.
    pub pid: Option<u32>,
    /// How often it had to be started again.
    pub restarts: u32,
    /// Seconds since it is in this state.
    pub seconds: u64,
    /// Its resident memory in bytes.
    pub memory: Option<u64>,
    /// Why it ended last, if it did.
    pub last_exit: Option<String>,
}

/// How a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkerState {
    /// It was left by an earlier supervisor and has not been heard of yet.
    Unknown,
    /// It was started and prepares its tasks.
    Starting,
    /// It works.
    Up,
    /// It ended, and will be started again after a while.
    BackingOff,
    /// It has been silent for too long and is being ended.
    Fencing,
    /// Nothing is to run.
    Down,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskDetail {
    /// Its id.
    pub task: u32,
    /// The spout or bolt.
    pub component: String,
    /// Which of its component's tasks, from 0 on.
    pub index: u32,
    /// The worker it runs in.
    pub worker: u32,
    /// The component file that it runs.
    pub digest: String,
    /// Whether that file is on trial in a deployment.
    pub trial: bool,
    /// Its last error, if it has had one.
    pub last_error: Option<String>,
}

/// `POST /v1/topologies/{name}/rebalance`. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rebalance {
    /// How many workers.
    #[serde(default)]
    pub workers: Option<u32>,
    /// How many tasks of a component.
    #[serde(default)]
    pub parallelism: BTreeMap<String, u32>,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// How long rows in flight may take to settle, in milliseconds. If they do not, nothing
    /// is changed. Default: 30 seconds.
    #[serde(default)]
    pub wait_ms: Option<u64>,
}

/// What a rebalance changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanChange {
    /// The generation of the plan before.
    pub from_generation: u64,
    /// The generation of the plan after.
    pub to_generation: u64,
    /// The workers before and after.
    #[schema(value_type = Vec<u32>, min_items = 2, max_items = 2)]
    pub workers: (u32, u32),
    /// Tasks that are new, gone, moved, or made anew because what they were told when
    /// they were prepared has changed.
    pub tasks: Vec<TaskChange>,
    /// Tasks that go on as they are.
    pub unchanged: u32,
    /// Of each component whose number of tasks changes: how many of its 16,384 key
    /// groups get another task.
    pub key_groups_moved: BTreeMap<String, u32>,
    /// Whether it has been done; false for a dry run.
    pub applied: bool,
}

/// What becomes of one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskChange {
    /// Its id.
    pub task: u32,
    /// The spout or bolt.
    pub component: String,
    /// Which of its component's tasks, from 0 on.
    pub index: u32,
    /// The worker it ran in; `None`: it is new.
    pub from: Option<u32>,
    /// The worker it will run in; `None`: it goes.
    pub to: Option<u32>,
}

/// `POST /v1/topologies/{name}/deploy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// The spout or bolt.
    pub component: String,
    /// The component file, uploaded before.
    pub digest: String,
    /// Percent of the tasks, at least one, that try it first. 100: all at once.
    #[serde(default = "hundred")]
    pub canary_percent: u8,
    /// Failed rows per row taken, 0 to 1, above which it is rolled back.
    #[serde(default = "max_error_rate")]
    pub max_error_rate: f64,
    /// How long it is watched, in milliseconds: a canary before all tasks get it, and then all.
    #[serde(default = "watch_ms")]
    pub watch_ms: u64,
    /// What it may ask for that what the component runs now does not: words as `http` and
    /// `files`, or `all`. If it asks for more, the deployment is refused with `not-allowed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
}

impl Deploy {
    /// Checks the numbers.
    ///
    /// # Errors
    /// Which is wrong, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=100).contains(&self.canary_percent) {
            let found = self.canary_percent;
            return Err(format!("`canary_percent` is {found}: expected 1 to 100"));
        }
        if !(0.0..=1.0).contains(&self.max_error_rate) {
            let found = self.max_error_rate;
            return Err(format!(
                "`max_error_rate` is {found}: expected a part of the rows, 0 to 1"
            ));
        }
        Ok(())
    }
}

fn hundred() -> u8 {
    100
}

fn max_error_rate() -> f64 {
    0.01
}

fn watch_ms() -> u64 {
    10_000
}

/// `POST /v1/topologies/{name}/rollback`: back to what a component ran before its
/// last deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// The spout or bolt.
    pub component: String,
}

/// `DELETE /v1/topologies/{name}`: query parameters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, IntoParams,
)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Kill {
    /// How long rows in flight may take to settle, in milliseconds. Default: the message
    /// time-out of the topology, or 30 seconds.
    #[serde(default)]
    pub wait_ms: Option<u64>,
    /// Also remove what its tasks keep (grant `state`), when its workers have ended.
    /// Default: it stays, and a topology of this name that is submitted later goes on with
    /// it. Cannot be taken back.
    #[serde(default)]
    pub remove_state: bool,
}

/// The answer to `DELETE /v1/topologies/{name}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Killed {
    /// How the topology is now.
    #[serde(flatten)]
    pub topology: TopologySummary,
    /// What its tasks keep; `null` if they keep nothing.
    #[serde(default)]
    pub state: Option<KeptState>,
}

/// What the tasks of a topology keep (grant `state`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptState {
    /// The folder of it, on the machine of the supervisor.
    #[schema(value_type = String)]
    pub folder: PathBuf,
    /// Whether it is removed, or will be when the workers of the topology have ended.
    pub removed: bool,
}

/// `GET /v1/topologies/{name}/logs`: query parameters. A line is given if it fits all of
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// The logs of this submission of the name. Default: of the one that is there, or of the
    /// last one whose logs are there.
    #[serde(default)]
    pub submission: Option<u32>,
    /// Go on with lines that are written from now on, until the client or the topology
    /// goes.
    #[serde(default)]
    #[param(required = false)]
    pub follow: bool,
    /// Only what this spout or bolt wrote.
    #[serde(default)]
    pub component: Option<String>,
    /// Only what this task wrote.
    #[serde(default)]
    pub task: Option<u32>,
    /// Only what this worker and its tasks wrote.
    #[serde(default)]
    pub worker: Option<u32>,
    /// Only lines of this level and of worse ones.
    #[serde(default)]
    #[param(inline)]
    pub level: Option<LogLevel>,
    /// Of the lines that are there already, only the last ones: at most this many, and at
    /// most 8 MiB.
    #[serde(default)]
    pub tail: Option<u64>,
    /// Only lines written at or after this time, in milliseconds since 1970.
    #[serde(default)]
    pub since: Option<u64>,
}

/// `GET /v1/topologies/{name}/submissions`: one submission of a name, whose logs are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Submission {
    /// Its number, from 1 on. No other submission of the name has had it.
    pub submission: u32,
    /// When it was submitted, in seconds since 1970; 0 if that is not known.
    pub submitted_at: u64,
    /// When something was last written to its logs, in milliseconds since 1970.
    pub written_at: u64,
    /// Bytes that its logs take.
    pub bytes: u64,
    /// Whether it is the topology that is there; false: it has ended.
    pub current: bool,
}

/// How bad a log line is, or which output of a component it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// All lines.
    Trace,
    /// All but traces.
    Debug,
    /// Information and worse, and all that components print.
    Info,
    /// Warnings and errors.
    Warn,
    /// Errors.
    Error,
    /// Only what components print on standard output.
    Stdout,
    /// Only what components print on standard error.
    Stderr,
}

/// A line that a component or a worker wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The worker; `None`: the supervisor wrote it.
    #[serde(default)]
    pub worker: Option<u32>,
    /// The run of the worker.
    #[serde(default)]
    pub incarnation: Option<u32>,
    /// The spout or bolt; `None`: the worker itself wrote it.
    #[serde(default)]
    pub component: Option<String>,
    /// The task.
    #[serde(default)]
    pub task: Option<u32>,
    /// `trace`, `debug`, `info`, `warn`, `error`, or `stdout` and `stderr`.
    pub level: String,
    /// The text, without control characters that a terminal would obey.
    pub message: String,
}

/// `PUT /v1/components/{digest}`: the component file is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Uploaded {
    /// Its digest.
    pub digest: String,
    /// Whether it is new; false: it was there already.
    pub new: bool,
}

/// `PUT /v1/components/{digest}/signature`: a signature of a component file, as
/// `stormcell sign` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentSignature {
    /// The name of the key that made it: `ed25519:` and 32 hexadecimal digits.
    pub key: String,
    /// The Ed25519 signature: 128 hexadecimal digits.
    pub signature: String,
}

/// What became of a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signed {
    /// The component file.
    pub digest: String,
    /// The trusted key that signed it; null: the key is not trusted here, and signatures
    /// are not asked for, so it was not kept.
    pub signer: Option<String>,
}

/// `GET /v1/server`: the supervisor itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Server {
    /// Its version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Its data folder.
    pub data: String,
    /// Seconds since it started.
    pub uptime_seconds: u64,
}
