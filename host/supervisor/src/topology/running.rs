//! A topology that runs: its coordinator, and what carries out what that says.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::{Action, Answer, Command, Coordinator, Event};
use stormcell_protocol::api::{Problem, TopologyDetail, TopologySummary};
use stormcell_protocol::control::FromWorker;
use stormcell_protocol::record::Record;
use stormcell_topology::Topology;
use tokio::sync::oneshot;

use super::log::Log;
use super::workers::Workers;
use super::{Connection, View};
use crate::context::Context;
use crate::control::Outbox;
use crate::problem;
use crate::store::StoreError;

/// Why a topology does not go on as it did.
#[derive(Debug)]
pub(super) enum Broken {
    /// A record could not be stored: what is stored holds.
    NotStored(StoreError),
    /// It is to be forgotten.
    Removed,
}

/// A topology that runs.
pub(super) struct Running {
    context: Arc<Context>,
    coordinator: Coordinator,
    connections: BTreeMap<WorkerIncarnation, (u64, Outbox)>,
    commands: BTreeMap<u64, oneshot::Sender<Result<Answer, Problem>>>,
    next_command: u64,
    log: Arc<Log>,
    /// What was stored last, until it is taken.
    stored: Option<Box<Record>>,
}

impl Running {
    pub(super) fn new(
        context: Arc<Context>,
        record: Record,
        topology: Arc<Topology>,
        adopted: bool,
        log: Arc<Log>,
    ) -> Self {
        let now = context.clock.now();
        Self {
            coordinator: Coordinator::new(record, topology, adopted, now)
                .with_worker_memory(context.worker_memory),
            context,
            connections: BTreeMap::new(),
            commands: BTreeMap::new(),
            next_command: 0,
            log,
            stored: None,
        }
    }

    pub(super) fn summary(&self) -> TopologySummary {
        self.coordinator.summary()
    }

    pub(super) fn detail(&self) -> TopologyDetail {
        self.coordinator.detail(self.context.clock.now())
    }

    /// Whether nothing of it runs, because it has finished.
    pub(super) fn is_over(&self) -> bool {
        self.coordinator.record().is_over()
    }

    pub(super) fn view(&self) -> View {
        View {
            record: self.coordinator.record().clone(),
            topology: Arc::clone(self.coordinator.topology()),
        }
    }

    /// What was stored last, if that is news.
    pub(super) fn take_stored(&mut self) -> Option<Box<Record>> {
        self.stored.take()
    }

    /// Somebody wants something.
    pub(super) async fn command(
        &mut self,
        workers: &mut Workers,
        command: Command,
        answer: oneshot::Sender<Result<Answer, Problem>>,
    ) -> Result<(), Broken> {
        let number = self.next_command;
        self.next_command += 1;
        self.commands.insert(number, answer);
        self.handle(workers, Event::Command(number, command)).await
    }

    /// A worker has connected. An earlier connection of it ends.
    pub(super) async fn connected(
        &mut self,
        workers: &mut Workers,
        connection: Connection,
    ) -> Result<(), Broken> {
        let Connection { id, hello, outbox } = connection;
        self.connections.insert(hello.worker, (id, outbox));
        self.handle(workers, Event::Connected(hello)).await
    }

    /// A connection has ended. Nothing happens if the worker has another one.
    pub(super) async fn disconnected(
        &mut self,
        workers: &mut Workers,
        connection: u64,
        worker: WorkerIncarnation,
    ) -> Result<(), Broken> {
        if !self.is_current(connection, worker) {
            return Ok(());
        }
        self.connections.remove(&worker);
        self.handle(workers, Event::Disconnected(worker)).await
    }

    /// A worker said something on a connection. Ignored if it has another one since.
    pub(super) async fn said(
        &mut self,
        workers: &mut Workers,
        connection: u64,
        worker: WorkerIncarnation,
        message: FromWorker,
    ) -> Result<(), Broken> {
        if !self.is_current(connection, worker) {
            return Ok(());
        }
        self.handle(workers, Event::Said(worker, message)).await
    }

    fn is_current(&self, connection: u64, worker: WorkerIncarnation) -> bool {
        matches!(self.connections.get(&worker), Some((id, _)) if *id == connection)
    }

    /// Hands the coordinator an event, and does what it says.
    pub(super) async fn handle(
        &mut self,
        workers: &mut Workers,
        event: Event,
    ) -> Result<(), Broken> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.context.clock.now();
            for action in self.coordinator.handle(now, event) {
                match action {
                    Action::Store(record) => {
                        let stored = self.context.store.put(&record).await;
                        stored.map_err(Broken::NotStored)?;
                        self.stored = Some(record);
                    }
                    Action::Start(worker) => events.extend(workers.start(worker)),
                    Action::End(worker) => events.extend(workers.end(worker)),
                    Action::Tell(worker, message) => {
                        if let Some((_, outbox)) = self.connections.get(&worker) {
                            outbox.send(*message);
                        }
                    }
                    Action::Answer(number, result) => {
                        if let Some(answer) = self.commands.remove(&number) {
                            // Who asked may have gone away.
                            let _ = answer.send(*result);
                        }
                    }
                    Action::Log(level, text) => self.log.write(level, text),
                    Action::Remove => return Err(Broken::Removed),
                }
            }
        }
        Ok(())
    }

    /// Tells everybody who waits for an answer that it could not be stored.
    pub(super) fn refuse_all(&mut self, error: &StoreError) {
        for answer in std::mem::take(&mut self.commands).into_values() {
            let _ = answer.send(Err(problem::storage(error)));
        }
    }
}
