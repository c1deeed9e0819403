//! What the runtime tells the sandbox about a task, and where the sandbox puts
//! what the task says.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use stormcell_batch::Schema;
use stormcell_state::TaskState;
use stormcell_topology::{Grants, Limits, OutputStream, TextForm};

use crate::Secrets;

/// One subscription of a task (`input-stream` in the WIT package).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputStream {
    /// The component that emits it.
    pub component: String,
    /// The stream of that component.
    pub stream: String,
    /// Its fields.
    pub schema: Schema,
}

/// Everything that an instance of a spout or a bolt is made from. A task keeps it,
/// and makes a new instance from it after a fault.
#[derive(Clone)]
pub struct TaskSpec {
    /// The name of the topology.
    pub topology: String,
    /// The id of the component in the topology file.
    pub component: String,
    /// The id of the task, unique in the topology, from 1 on.
    pub task: u32,
    /// Which of its component's tasks it is, from 0 on.
    pub task_index: u32,
    /// How many tasks its component has.
    pub task_count: u32,
    /// Its inputs; [`crate::InputBatch::input`] is an index into this list.
    pub inputs: Vec<InputStream>,
    /// Its output streams as it described them; [`crate::Emission::output`] is an
    /// index into this list.
    pub outputs: Vec<OutputStream>,
    /// The components that subscribe to a direct stream of this one, and the ids of their
    /// tasks: the same list for all tasks of a component.
    pub components: Arc<[(String, Vec<u32>)]>,
    /// Its configuration, already checked against its schema, with references to secrets.
    pub config: serde_json::Value,
    /// Where the secrets are found that its configuration and its environment refer to.
    pub secrets: Secrets,
    /// What it may use.
    pub limits: Limits,
    /// What it may reach.
    pub grants: Grants,
    /// The form in which it wants text.
    pub text_form: TextForm,
    /// The folder that relative host paths of grants start from.
    pub base_dir: PathBuf,
    /// Where its log lines, output and figures go.
    pub sink: Arc<dyn TaskSink>,
    /// Where it keeps its values, if it is granted `state`.
    pub state: Option<Arc<dyn TaskState>>,
}

impl fmt::Debug for TaskSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskSpec")
            .field("topology", &self.topology)
            .field("component", &self.component)
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}

/// Everything that an instance of a custom grouping is made from. It is granted
/// nothing.
#[derive(Clone)]
pub struct GroupingSpec {
    /// The name of the topology.
    pub topology: String,
    /// The stream that it groups.
    pub grouped: InputStream,
    /// The task whose rows it groups.
    pub source_task: u32,
    /// The tasks of the subscriber, ascending; [`crate::Choice`] holds indexes into
    /// this list.
    pub targets: Vec<u32>,
    /// Its configuration (`args` in the topology file).
    pub config: serde_json::Value,
    /// What it may use.
    pub limits: Limits,
    /// The form in which it wants text.
    pub text_form: TextForm,
    /// Where its log lines and figures go.
    pub sink: Arc<dyn TaskSink>,
}

impl fmt::Debug for GroupingSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupingSpec")
            .field("topology", &self.topology)
            .field("grouped", &self.grouped)
            .field("source_task", &self.source_task)
            .finish_non_exhaustive()
    }
}

/// How serious a log line is (`level` in the WIT package).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogLevel {
    /// The finest detail.
    Trace,
    /// For who looks for a fault.
    Debug,
    /// For everybody.
    Info,
    /// Something is off, and work goes on.
    Warn,
    /// Something failed.
    Error,
}

/// Why a task is closed (`close-reason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// Every spout has ended and every tree is complete.
    Finished,
    /// Somebody stopped the topology.
    Stopped,
}

/// Where what a task says goes. Called in the middle of a guest's call: an
/// implementation must not block.
pub trait TaskSink: Send + Sync {
    /// A log line, already within its budget: control characters are escaped, at
    /// most 16 KiB and a mark of what was cut.
    fn log(&self, level: LogLevel, message: &str);
    /// Whether standard output and error go to a log. Then they share the budget of log lines: a
    /// task that fills a log leaves no room in it for others.
    fn logs_output(&self) -> bool {
        false
    }
    /// Bytes written to standard output, as they come. Only called if the grant
    /// `stdout` was given.
    fn stdout(&self, bytes: &[u8]);
    /// Bytes written to standard error, likewise.
    fn stderr(&self, bytes: &[u8]);
    /// Something was written to standard output without the grant, and is not shown. Called
    /// once an instance.
    fn output_is_discarded(&self) {}
    /// An increment of a counter. The name is valid.
    fn count(&self, name: &str, increment: u32);
    /// The new value of a gauge. The name is valid.
    fn gauge(&self, name: &str, value: f64);
}
