//! One topology: a task that feeds its [`Coordinator`](stormcell_coordinator::Coordinator)
//! and does what it says.
//!
//! Invariants:
//! - events are handled one after the other, and what one demands is done before the
//!   next, a change of the record durably before anything that follows it;
//! - if a record cannot be stored, nothing that follows from it is done: the topology
//!   is taken over again from what is stored, as a supervisor that starts does, or, if
//!   that cannot be read either, from what was stored last;
//! - a topology whose component files are missing waits for them, and its workers go on;
//! - messages that wait are handled before time passes, so that a disk that was slow
//!   does not make workers look silent.

mod load;
mod log;
mod running;
pub(crate) mod shown;
mod task;
mod workers;

use std::sync::Arc;

use parking_lot::Mutex;
use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Problem, TopologyDetail, TopologySummary};
use stormcell_protocol::control::{FromWorker, Hello};
use stormcell_protocol::record::Record;
use stormcell_topology::Topology;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::context::Context;
use crate::control::Outbox;
use crate::problem;

/// So many messages of workers wait for a topology before its connections do.
const WAITING_MESSAGES: usize = 256;

/// The connection of a worker, after its first message.
#[derive(Debug)]
pub(crate) struct Connection {
    /// A number that no other connection has.
    pub(crate) id: u64,
    /// Who is at its other end.
    pub(crate) hello: Hello,
    /// What it is told.
    pub(crate) outbox: Outbox,
}

/// A topology as it is now.
#[derive(Debug)]
pub(crate) struct View {
    /// What is stored of it.
    pub(crate) record: Record,
    /// With the descriptions of what its components run.
    pub(crate) topology: Arc<Topology>,
}

/// What a topology begins with.
#[derive(Debug)]
pub(crate) enum Begin {
    /// It was just submitted, and its record stored.
    Submitted(Record, Arc<Topology>),
    /// An earlier supervisor left it.
    Stored(Record),
}

/// What the task of a topology is asked or told.
#[derive(Debug)]
enum Input {
    Command(Command, oneshot::Sender<Result<Answer, Problem>>),
    Summary(oneshot::Sender<TopologySummary>),
    Detail(oneshot::Sender<TopologyDetail>),
    View(oneshot::Sender<Result<View, Problem>>),
    Connected(Connection),
    Disconnected(u64, WorkerIncarnation),
    Exited(WorkerIncarnation, String),
    /// Component files have come.
    Retry,
    /// End the processes of all workers at once.
    EndWorkers(oneshot::Sender<Result<Answer, Problem>>),
    /// End the task; workers go on.
    Stop,
}

/// What a worker said on a connection.
#[derive(Debug)]
struct Said {
    connection: u64,
    worker: WorkerIncarnation,
    message: FromWorker,
}

/// The task of a topology. It ends, as if it were killed, when this is dropped.
#[derive(Debug)]
pub(crate) struct TopologyHandle {
    name: String,
    submission: u32,
    inputs: mpsc::UnboundedSender<Input>,
    said: mpsc::Sender<Said>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl TopologyHandle {
    /// Starts the task of a topology.
    pub(crate) fn start(context: &Arc<Context>, begin: Begin) -> Self {
        let (inputs, receiver) = mpsc::unbounded_channel();
        let (said, said_receiver) = mpsc::channel(WAITING_MESSAGES);
        let record = match &begin {
            Begin::Submitted(record, _) | Begin::Stored(record) => record,
        };
        let name = record.submitted.name.clone();
        let submission = record.submitted.submission;
        let channels = task::Channels {
            inputs: receiver,
            said: said_receiver,
            own: inputs.clone(),
        };
        let task = task::Task::new(Arc::clone(context), channels, begin);
        Self {
            name,
            submission,
            inputs,
            said,
            task: Mutex::new(Some(tokio::spawn(task.run()))),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Which submission of its name it is.
    pub(crate) fn submission(&self) -> u32 {
        self.submission
    }

    /// Has it do something.
    pub(crate) async fn command(&self, command: Command) -> Result<Answer, Problem> {
        self.ask(|answer| Input::Command(command, answer)).await?
    }

    /// The line of `list`.
    pub(crate) async fn summary(&self) -> Result<TopologySummary, Problem> {
        self.ask(Input::Summary).await
    }

    /// How it is.
    pub(crate) async fn detail(&self) -> Result<TopologyDetail, Problem> {
        self.ask(Input::Detail).await
    }

    /// What it runs; a problem if it does not run.
    pub(crate) async fn view(&self) -> Result<View, Problem> {
        self.ask(Input::View).await?
    }

    /// A worker has connected.
    pub(crate) fn connected(&self, connection: Connection) {
        self.tell(Input::Connected(connection));
    }

    /// A worker said something. Waits if much waits already; false: the topology is gone.
    pub(crate) async fn said(
        &self,
        connection: u64,
        worker: WorkerIncarnation,
        message: FromWorker,
    ) -> bool {
        let said = Said {
            connection,
            worker,
            message,
        };
        self.said.send(said).await.is_ok()
    }

    /// A connection has ended.
    pub(crate) fn disconnected(&self, connection: u64, worker: WorkerIncarnation) {
        self.tell(Input::Disconnected(connection, worker));
    }

    /// Component files have come: if it waits for some, it looks again.
    pub(crate) fn retry(&self) {
        self.tell(Input::Retry);
    }

    /// Ends the processes of its workers at once, and waits until they are gone. A later
    /// supervisor starts them again.
    pub(crate) async fn end_workers(&self) {
        // If the topology is gone, so are its workers.
        let _ = self.ask(Input::EndWorkers).await;
    }

    /// Ends the task after what it does now. Workers go on.
    pub(crate) async fn stop(&self) {
        self.tell(Input::Stop);
        let task = self.task.lock().take();
        if let Some(task) = task {
            // An error means that it has ended by a panic, which was reported.
            let _ = task.await;
        }
    }

    fn tell(&self, input: Input) {
        // A topology that is gone need not be told anything.
        let _ = self.inputs.send(input);
    }

    async fn ask<T>(&self, input: impl FnOnce(oneshot::Sender<T>) -> Input) -> Result<T, Problem> {
        let (sender, receiver) = oneshot::channel();
        self.tell(input(sender));
        receiver
            .await
            .map_err(|_| problem::no_topology(&self.name, []))
    }
}

impl Drop for TopologyHandle {
    fn drop(&mut self) {
        if let Some(task) = self.task.lock().take() {
            task.abort();
        }
    }
}
