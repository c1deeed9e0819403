//! What a run is given: the topology, its components, and how to run it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stormcell_dead_letters::Store;
use stormcell_sandbox::{Component, LogLevel};
use stormcell_state::States;
use stormcell_topology::{ComponentKey, Plan, Topology};

use crate::faults::Fault;

/// A topology with everything that it needs to run.
#[derive(Clone)]
pub struct Job {
    /// The checked topology.
    pub topology: Arc<Topology>,
    /// Which task is what.
    pub plan: Arc<Plan>,
    /// The loaded component of each spout, bolt and custom grouping.
    pub components: BTreeMap<ComponentKey, Arc<Component>>,
    /// For spouts and bolts of which some tasks run another component, while a
    /// deployment is tried: that component, by the id of the spout or bolt.
    pub trials: BTreeMap<String, Trial>,
    /// The folder that the host paths of grants are relative to: that of the
    /// topology file.
    pub base_dir: PathBuf,
}

/// A component that some tasks of a spout or bolt run in place of the one of the others.
#[derive(Clone)]
pub struct Trial {
    /// The tasks.
    pub tasks: Vec<u32>,
    /// The component.
    pub component: Arc<Component>,
    /// The topology checked with what this component says of itself.
    pub topology: Arc<Topology>,
}

/// How to run it.
#[derive(Clone)]
pub struct Options {
    /// What to break, for tests.
    pub fault: Option<Fault>,
    /// Seeds everything random: edge ids, groupings, faults. With the same seed
    /// the same choices are made, though not in the same order of time.
    pub seed: u64,
    /// In place of the time-outs of the topology.
    pub message_timeout: Option<Duration>,
    /// In place of the limits of the topology.
    pub max_pending: Option<u32>,
    /// Where what components write goes.
    pub output: Arc<dyn Output>,
    /// Where rows are stored that cannot be processed. `None`, or if the topology does not
    /// want it: they fail.
    pub dead_letters: Option<Store>,
    /// Where tasks keep their values that are granted `state`.
    pub state: Arc<dyn States>,
    /// Spouts emit nothing of their own, and no instance of them is made: only the dead
    /// letters that somebody asked for are processed. Letters of a spout go out by its
    /// streams all the same.
    pub replay_only: bool,
}

/// Where what components write goes: their log lines, and their standard output
/// and error if they are granted that.
pub trait Output: Send + Sync {
    /// A log line.
    fn log(&self, component: &str, task: u32, level: LogLevel, message: &str);
    /// Whether standard output and error go to a log: then they are within the same budget
    /// as log lines (`limits.log-bytes`).
    fn logs_output(&self) -> bool {
        false
    }
    /// Some of its standard output.
    fn stdout(&self, component: &str, task: u32, bytes: &[u8]);
    /// Some of its standard error.
    fn stderr(&self, component: &str, task: u32, bytes: &[u8]);
}
