//! The bodies of the HTTP API, version 1. The paths are in the supervisor
//! (`host/supervisor/src/api`), and the OpenAPI document is made from both.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::record::{Deployment, Desired};
use crate::report::Report;

mod problem;
pub mod ranges;

use ranges::{
    BaseDir, CanaryPercent, Digest, Digests, ErrorRate, FileName, FileText, KeyName, MaxPending,
    MessageTimeout, Name, OutOfRange, SignatureDigits, Since, SubmissionNumber, Tail, TaskNumber,
    Tasks, Text, Wait, Watch, Whole, Words, WorkerNumber, Workers,
};

pub use problem::{Problem, ProblemCode};

/// A topology has at most this many workers: acking follows 63 incarnations of workers at
/// a time (`stormcell_acking::Touched`), and those that replace dead ones need room.
pub const MAX_WORKERS: u32 = 32;

/// `POST /v1/topologies`: what to run. The component files must have been uploaded
/// (`PUT /v1/components/{digest}`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// The text of the topology file.
    #[serde(deserialize_with = "FileText::read")]
    #[schema(value_type = FileText)]
    pub file: String,
    /// How error messages name the file.
    #[serde(default = "file_name", deserialize_with = "FileName::read")]
    #[schema(value_type = FileName)]
    pub file_name: String,
    /// The folder, on the machine of the supervisor, that relative paths of grants
    /// start from.
    #[serde(deserialize_with = "BaseDir::read")]
    #[schema(value_type = BaseDir)]
    pub base_dir: PathBuf,
    /// For each `component:` of the file, as written there, the digest of its file.
    #[serde(deserialize_with = "Digests::read")]
    #[schema(value_type = Digests)]
    pub components: BTreeMap<String, String>,
    /// How many worker processes.
    #[serde(default = "one", deserialize_with = "Workers::read")]
    #[schema(value_type = Workers)]
    pub workers: u32,
    /// In place of the name in the file.
    #[serde(default, deserialize_with = "Name::read_option")]
    #[schema(value_type = Option<Name>)]
    pub name: Option<String>,
    /// In place of the time-outs of the file, in milliseconds.
    #[serde(default, deserialize_with = "MessageTimeout::read_option")]
    #[schema(value_type = Option<MessageTimeout>)]
    pub message_timeout_ms: Option<u64>,
    /// In place of the limits of pending rows of the file.
    #[serde(default, deserialize_with = "MaxPending::read_option")]
    #[schema(value_type = Option<MaxPending>)]
    pub max_pending: Option<u32>,
    /// Start with spouts that do not emit.
    #[serde(default)]
    pub inactive: bool,
}

impl Submit {
    /// Checks what needs no more than itself to be checked, as reading it does.
    ///
    /// # Errors
    /// What is out of its range, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        let about = |field: &'static str| move |error: OutOfRange| error.of(field);
        Workers::check(self.workers).map_err(about("workers"))?;
        BaseDir::check(&self.base_dir.to_string_lossy()).map_err(about("base_dir"))?;
        if let Some(name) = &self.name {
            Name::check(name).map_err(about("name"))?;
        }
        for digest in self.components.values() {
            Digest::check(digest).map_err(about("components"))?;
        }
        Ok(())
    }
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
    #[schema(value_type = Name)]
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
    #[schema(value_type = SubmissionNumber)]
    pub submission: u32,
    /// Spout rows: emitted, acked, failed so far. `None` before the first report.
    pub trees: Option<crate::TreeReport>,
    /// What became of dead letters that were given to their tasks once more, if any were.
    #[serde(default)]
    pub replayed_letters: Option<crate::ReplayedLetters>,
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
    #[schema(value_type = WorkerNumber)]
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
    #[schema(value_type = TaskNumber)]
    pub task: u32,
    /// The spout or bolt.
    #[schema(value_type = Name)]
    pub component: String,
    /// Which of its component's tasks, from 0 on.
    pub index: u32,
    /// The worker it runs in.
    #[schema(value_type = WorkerNumber)]
    pub worker: u32,
    /// The component file that it runs.
    #[schema(value_type = Digest)]
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
    #[serde(default, deserialize_with = "Workers::read_option")]
    #[schema(value_type = Option<Workers>)]
    pub workers: Option<u32>,
    /// How many tasks of a component.
    #[serde(default, deserialize_with = "Tasks::read")]
    #[schema(value_type = Tasks)]
    pub parallelism: BTreeMap<String, u32>,
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// How long rows in flight may take to settle, in milliseconds. If they do not, nothing
    /// is changed. Default: 30 seconds.
    #[serde(default, deserialize_with = "Wait::read_option")]
    #[schema(value_type = Option<Wait>)]
    pub wait_ms: Option<u64>,
}

impl Rebalance {
    /// Checks the number of workers, as reading it does.
    ///
    /// # Errors
    /// What it is, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        match self.workers.map(Workers::check) {
            Some(Err(error)) => Err(error.of("workers")),
            Some(Ok(())) | None => Ok(()),
        }
    }
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
    #[schema(value_type = TaskNumber)]
    pub task: u32,
    /// The spout or bolt.
    #[schema(value_type = Name)]
    pub component: String,
    /// Which of its component's tasks, from 0 on.
    pub index: u32,
    /// The worker it ran in; `None`: it is new.
    #[schema(value_type = Option<WorkerNumber>)]
    pub from: Option<u32>,
    /// The worker it will run in; `None`: it goes.
    #[schema(value_type = Option<WorkerNumber>)]
    pub to: Option<u32>,
}

/// `POST /v1/topologies/{name}/deploy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// The spout or bolt.
    #[serde(deserialize_with = "Name::read")]
    #[schema(value_type = Name)]
    pub component: String,
    /// The component file, uploaded before.
    #[serde(deserialize_with = "Digest::read")]
    #[schema(value_type = Digest)]
    pub digest: String,
    /// Percent of the tasks, at least one, that try it first. 100: all at once.
    #[serde(default = "hundred", deserialize_with = "CanaryPercent::read")]
    #[schema(value_type = CanaryPercent)]
    pub canary_percent: u8,
    /// Failed rows per row taken, 0 to 1, above which it is rolled back.
    #[serde(default = "max_error_rate", deserialize_with = "ErrorRate::read")]
    #[schema(value_type = ErrorRate)]
    pub max_error_rate: f64,
    /// How long it is watched, in milliseconds: a canary before all tasks get it, and then all.
    #[serde(default = "watch_ms", deserialize_with = "Watch::read")]
    #[schema(value_type = Watch)]
    pub watch_ms: u64,
    /// What it may ask for that what the component runs now does not: words as `http` and
    /// `files`, or `all`. If it asks for more, the deployment is refused with `not-allowed`.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "Words::read"
    )]
    #[schema(value_type = Words)]
    pub allow: Vec<String>,
}

impl Deploy {
    /// Checks the numbers, as reading them does.
    ///
    /// # Errors
    /// Which is wrong, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        CanaryPercent::check(self.canary_percent).map_err(|error| error.of("canary_percent"))?;
        ErrorRate::check(self.max_error_rate).map_err(|error| error.of("max_error_rate"))
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
    #[serde(deserialize_with = "Name::read")]
    #[schema(value_type = Name)]
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
    #[serde(default, deserialize_with = "Wait::read_parameter")]
    #[param(value_type = Wait, required = false, inline)]
    pub wait_ms: Option<u64>,
    /// Also remove what its tasks keep (grant `state`), when its workers have ended.
    /// Default: it stays, and a topology of this name that is submitted later goes on with
    /// it. Cannot be taken back.
    #[serde(default)]
    #[param(required = false)]
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
    #[serde(default, deserialize_with = "SubmissionNumber::read_parameter")]
    #[param(value_type = SubmissionNumber, required = false, inline)]
    pub submission: Option<u32>,
    /// Go on with lines that are written from now on, until the client or the topology
    /// goes.
    #[serde(default)]
    #[param(required = false)]
    pub follow: bool,
    /// Only what this spout or bolt wrote.
    #[serde(default, deserialize_with = "Name::read_option")]
    #[param(value_type = Name, required = false, inline)]
    pub component: Option<String>,
    /// Only what this task wrote.
    #[serde(default, deserialize_with = "TaskNumber::read_parameter")]
    #[param(value_type = TaskNumber, required = false, inline)]
    pub task: Option<u32>,
    /// Only what this worker and its tasks wrote.
    #[serde(default, deserialize_with = "WorkerNumber::read_parameter")]
    #[param(value_type = WorkerNumber, required = false, inline)]
    pub worker: Option<u32>,
    /// Only lines of this level and of worse ones.
    #[serde(default)]
    #[param(inline)]
    pub level: Option<LogLevel>,
    /// Of the lines that are there already, only the last ones: at most this many, and at
    /// most 8 MiB.
    #[serde(default, deserialize_with = "Tail::read_parameter")]
    #[param(value_type = Tail, required = false, inline)]
    pub tail: Option<u64>,
    /// Only lines written at or after this time, in milliseconds since 1970.
    #[serde(default, deserialize_with = "Since::read_parameter")]
    #[param(value_type = Since, required = false, inline)]
    pub since: Option<u64>,
}

/// `GET /v1/topologies/{name}/submissions`: one submission of a name, whose logs are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Submission {
    /// Its number, from 1 on. No other submission of the name has had it.
    #[schema(value_type = SubmissionNumber)]
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
    #[schema(value_type = Option<WorkerNumber>)]
    pub worker: Option<u32>,
    /// The run of the worker.
    #[serde(default)]
    pub incarnation: Option<u32>,
    /// The spout or bolt; `None`: the worker itself wrote it.
    #[serde(default)]
    #[schema(value_type = Option<Name>)]
    pub component: Option<String>,
    /// The task.
    #[serde(default)]
    #[schema(value_type = Option<TaskNumber>)]
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
    #[schema(value_type = Digest)]
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
    #[serde(deserialize_with = "KeyName::read")]
    #[schema(value_type = KeyName)]
    pub key: String,
    /// The Ed25519 signature: 128 hexadecimal digits.
    #[serde(deserialize_with = "SignatureDigits::read")]
    #[schema(value_type = SignatureDigits)]
    pub signature: String,
}

/// What became of a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signed {
    /// The component file.
    #[schema(value_type = Digest)]
    pub digest: String,
    /// The trusted key that signed it; null: the key is not trusted here, and signatures
    /// are not asked for, so it was not kept.
    #[schema(value_type = Option<KeyName>)]
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
