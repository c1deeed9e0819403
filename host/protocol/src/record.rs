//! What the supervisor stores of a submitted topology.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use stormcell_topology::Plan;
use utoipa::ToSchema;

use crate::capabilities::CapabilityChange;
use crate::report::Report;

/// A submitted topology: everything that is needed to bring it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was submitted. Never changes.
    pub submitted: Submitted,
    /// What is to be done with it.
    pub desired: Desired,
    /// Which task runs where. A plan with a higher generation replaces it.
    pub plan: Plan,
    /// Which component file each component runs.
    pub modules: Modules,
    /// The number that the next worker incarnation gets. Stored before the worker is
    /// started, so that no number is used twice.
    pub next_incarnation: u32,
    /// Deployments, the latest last; at most [`Record::HISTORY`] are kept.
    #[serde(default)]
    pub deployments: Vec<Deployment>,
    /// What it had done when it finished or was last stopped.
    #[serde(default)]
    pub last_report: Option<Report>,
    /// What the runs of its workers did that have ended.
    #[serde(default)]
    pub counted: Counted,
    /// Tasks may have been closed that this record says run. Stored before the first
    /// of them is closed.
    #[serde(default)]
    pub closing: Option<Closing>,
    /// It is killed, and what its tasks keep is to be removed with it.
    #[serde(default)]
    pub remove_state: bool,
}

impl Record {
    /// How many deployments are remembered.
    pub const HISTORY: usize = 50;

    /// What it did, as far as that is stored: of workers that run, what they report is not.
    pub fn report(&self) -> Option<&Report> {
        match self.desired {
            Desired::Finished => self.last_report.as_ref(),
            _ => self.counted.report.as_ref().or(self.last_report.as_ref()),
        }
    }
}

/// What the runs of workers did that have ended: their counts outlive them, and the
/// supervisor.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Counted {
    /// What all of them did together. `None`: none of them had reported anything.
    pub report: Option<Report>,
    /// For how many seconds the runs of each worker worked, by the number of the worker.
    pub seconds: BTreeMap<u32, f64>,
    /// How many runs are in these counts, or did nothing. A run that has ended and is not
    /// among them was lost sight of: the supervisor was not there.
    pub runs: u32,
}

/// What a client submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Its name, unique among the topologies of a supervisor.
    pub name: String,
    /// The text of the topology file.
    pub file: String,
    /// How error messages name the file.
    pub file_name: String,
    /// The folder that relative paths of grants start from: that of the file.
    pub base_dir: PathBuf,
    /// In place of the time-outs of the file.
    #[serde(default)]
    pub message_timeout: Option<Duration>,
    /// In place of the limits of pending rows of the file.
    #[serde(default)]
    pub max_pending: Option<u32>,
    /// When it was submitted, in seconds since 1970, for people.
    pub at: u64,
    /// Which submission of its name it is, from 1 on: its logs are kept under this number.
    /// 0: it was submitted to an earlier version.
    #[serde(default)]
    pub submission: u32,
}

/// What is to be done with a topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Desired {
    /// It runs, and its spouts emit.
    Active,
    /// It runs, and its spouts do not emit.
    Inactive,
    /// It is being drained and then removed.
    Killed,
    /// Every spout ended and every tree was complete; nothing runs.
    Finished,
}

/// Why tasks are being closed in a topology that is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// Every spout has ended and every tree is settled: all are closed, for good, and
    /// no spout emits again.
    Finished,
    /// Another plan is about to be stored. If that does not come to pass, they are made
    /// again: by the same plan with a higher generation.
    Replanned,
}

/// Which component file each part of a topology runs, by digest (`sha256:` and 64
/// hexadecimal digits).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Modules {
    /// Of each spout and bolt, by its id.
    pub components: BTreeMap<String, Module>,
    /// Of each custom grouping, by the position of its stream in the file, from 0.
    #[serde(default, deserialize_with = "by_position")]
    pub groupings: BTreeMap<usize, String>,
}

/// The keys of JSON are texts. serde_json reads numbers out of them, but not in a message
/// that says by a field what it is: serde keeps the others aside then.
fn by_position<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<usize, String>, D::Error> {
    let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
    let positions = texts.into_iter().map(|(text, value)| match text.parse() {
        Ok(position) => Ok((position, value)),
        Err(_) => Err(D::Error::custom(format!(
            "`{text}` is not the position of a stream"
        ))),
    });
    positions.collect()
}

/// The component file of one spout or bolt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// What its tasks run.
    pub digest: String,
    /// What some of its tasks run instead, while a deployment is being tried.
    #[serde(default)]
    pub trial: Option<Trial>,
}

impl Module {
    /// What this task runs.
    pub fn of(&self, task: u32) -> &str {
        match &self.trial {
            Some(trial) if trial.tasks.contains(&task) => &trial.digest,
            _ => &self.digest,
        }
    }
}

/// A component file on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// The file.
    pub digest: String,
    /// The tasks that run it.
    pub tasks: Vec<u32>,
}

/// One deployment of a component file, for people, and for `rollback`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Deployment {
    /// Its number in the topology, from 1 on.
    pub number: u32,
    /// The spout or bolt.
    pub component: String,
    /// What its tasks ran before.
    pub from: String,
    /// What was deployed.
    pub to: String,
    /// Percent of the tasks that tried it first; 100: all at once.
    pub canary_percent: u8,
    /// Failed rows per row taken above which it is rolled back: 0 to 1.
    pub max_error_rate: f64,
    /// How long it is watched, in milliseconds; 0: not at all.
    #[serde(default)]
    pub watch_ms: u64,
    /// How it stands.
    pub outcome: DeploymentOutcome,
    /// When it began, in seconds since 1970.
    pub at: u64,
    /// The pauses of the tasks that were swapped, in microseconds.
    #[serde(default)]
    pub pauses_us: Vec<u64>,
    /// What it asks for that the one before did not, and the other way round.
    #[serde(default)]
    pub capabilities: CapabilityChange,
}

/// How a deployment stands or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum DeploymentOutcome {
    /// Tasks are being swapped.
    Swapping,
    /// It runs and is watched; `canary` says whether only in some tasks.
    Watching {
        /// Only some tasks run it.
        canary: bool,
    },
    /// It runs in all tasks.
    Done,
    /// It was taken back.
    RolledBack {
        /// Why, for people: the error rate and the last error, or that somebody asked.
        reason: String,
        /// Whether the supervisor did it by itself.
        automatic: bool,
    },
    /// It could not be swapped in; every task runs what it ran before.
    Failed {
        /// Why.
        reason: String,
    },
}
