//! Workers in memory: they say what workers say, and do nothing.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Weak};

use futures_util::StreamExt as _;
use parking_lot::Mutex;
use stormcell_acking::WorkerIncarnation;
use stormcell_links::{Address, MemoryNetwork, Network as _, Stream};
use stormcell_protocol::control::{
    FromWorker, HEARTBEAT, Heartbeat, Hello, Probe, Reply, Request, SpoutMode, ToWorker,
};
use stormcell_protocol::{Ending, Report, TreeReport};
use tokio::io::{AsyncWriteExt as _, WriteHalf};
use tokio::task::JoinHandle;
use tokio_util::codec::{FramedRead, LinesCodec};

use crate::processes::{Exited, Found, Processes};

/// Processes in memory. They outlive supervisors.
pub(super) struct InMemory {
    own: Weak<Self>,
    network: MemoryNetwork,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    alive: BTreeMap<(String, u32), Process>,
    started: Vec<(String, WorkerIncarnation)>,
}

struct Process {
    worker: WorkerIncarnation,
    exited: Vec<Exited>,
    task: JoinHandle<()>,
}

impl InMemory {
    pub(super) fn new(network: MemoryNetwork) -> Arc<Self> {
        Arc::new_cyclic(|own| Self {
            own: Weak::clone(own),
            network,
            state: Mutex::default(),
        })
    }

    /// Every process that was ever started.
    pub(super) fn started(&self) -> Vec<(String, WorkerIncarnation)> {
        self.state.lock().started.clone()
    }

    /// The workers of a topology that are alive.
    pub(super) fn alive(&self, topology: &str) -> Vec<WorkerIncarnation> {
        let state = self.state.lock();
        let of_it = state.alive.iter().filter(|(key, _)| key.0 == topology);
        of_it.map(|(_, process)| process.worker).collect()
    }

    /// The store is lost, or a topology is submitted anew: numbers begin again.
    pub(super) fn numbers_begin_again(&self) {
        self.state.lock().started.clear();
    }

    /// The process of a worker ends.
    pub(super) fn kill(&self, topology: &str, worker: u32) {
        let process = self
            .state
            .lock()
            .alive
            .remove(&(topology.to_owned(), worker));
        if let Some(process) = process {
            process.task.abort();
            for exited in process.exited {
                exited(process.worker, "it was killed".to_owned());
            }
        }
    }

    /// All processes end.
    pub(super) fn kill_all(&self) {
        let all: Vec<_> = self.state.lock().alive.keys().cloned().collect();
        for (topology, worker) in all {
            self.kill(&topology, worker);
        }
    }

    /// A process that no supervisor has started.
    pub(super) fn spawn(&self, topology: &str, worker: WorkerIncarnation, exited: Vec<Exited>) {
        let task = Worker {
            topology: topology.to_owned(),
            worker,
            network: self.network.clone(),
            processes: Weak::clone(&self.own),
            generation: 0,
            spouts: SpoutMode::Paused,
        };
        let process = Process {
            worker,
            exited,
            task: tokio::spawn(task.run()),
        };
        let key = (topology.to_owned(), worker.worker);
        let before = self.state.lock().alive.insert(key, process);
        assert!(
            before.is_none(),
            "two runs of worker {} are alive",
            worker.worker
        );
    }
}

impl Processes for InMemory {
    fn start(
        &self,
        topology: &str,
        _submission: u32,
        worker: WorkerIncarnation,
        exited: Exited,
    ) -> io::Result<u32> {
        self.spawn(topology, worker, vec![exited]);
        let mut state = self.state.lock();
        let again = state.started.contains(&(topology.to_owned(), worker));
        assert!(!again, "a number was used twice: {worker:?}");
        state.started.push((topology.to_owned(), worker));
        Ok(1_000 + worker.number)
    }

    fn adopt(&self, topology: &str, worker: u32, exited: Exited) -> io::Result<Option<Found>> {
        let mut state = self.state.lock();
        let process = state.alive.get_mut(&(topology.to_owned(), worker));
        Ok(process.map(|process| {
            process.exited.push(exited);
            Found {
                worker: process.worker,
                pid: 1_000 + process.worker.number,
            }
        }))
    }

    fn end(&self, topology: &str, worker: WorkerIncarnation) -> io::Result<()> {
        if self.alive(topology).contains(&worker) {
            self.kill(topology, worker.worker);
        }
        Ok(())
    }

    fn locks(&self, topology: &str) -> io::Result<Vec<u32>> {
        let alive = self.alive(topology);
        Ok(alive.into_iter().map(|worker| worker.worker).collect())
    }
}

struct Worker {
    topology: String,
    worker: WorkerIncarnation,
    network: MemoryNetwork,
    processes: Weak<InMemory>,
    generation: u64,
    spouts: SpoutMode,
}

impl Worker {
    /// Connects again for ever, until it is told to exit.
    async fn run(mut self) {
        let endpoint = self.network.at(Address::Worker {
            topology: self.topology.clone(),
            worker: self.worker,
        });
        loop {
            if let Ok(stream) = endpoint.connect(Address::Supervisor).await
                && self.serve(stream).await.is_err()
            {
                if let Some(processes) = self.processes.upgrade() {
                    processes.kill(&self.topology, self.worker.worker);
                }
                return;
            }
            tokio::time::sleep(HEARTBEAT / 5).await;
        }
    }

    /// One connection. An error: it was told to exit.
    async fn serve(&mut self, stream: Box<dyn Stream>) -> Result<(), ()> {
        let (read, mut write) = tokio::io::split(stream);
        let mut lines = FramedRead::new(read, LinesCodec::new());
        let hello = FromWorker::Hello(Hello {
            topology: self.topology.clone(),
            worker: self.worker,
            pid: 1_000 + self.worker.number,
            generation: self.generation,
            spouts: self.spouts,
        });
        if !say(&mut write, hello).await {
            return Ok(());
        }
        let mut beats = tokio::time::interval(HEARTBEAT);
        loop {
            let said = tokio::select! {
                line = lines.next() => match line {
                    Some(Ok(line)) => self.told(serde_json::from_str(&line).unwrap())?,
                    _ => return Ok(()),
                },
                _ = beats.tick() => Some(self.heartbeat()),
            };
            if let Some(said) = said
                && !say(&mut write, said).await
            {
                return Ok(());
            }
        }
    }

    fn told(&mut self, message: ToWorker) -> Result<Option<FromWorker>, ()> {
        Ok(match message {
            ToWorker::Assign(assignment) => {
                self.generation = assignment.plan.generation();
                let generation = self.generation;
                Some(FromWorker::Ready { generation })
            }
            ToWorker::Spouts { mode } => {
                self.spouts = mode;
                None
            }
            ToWorker::Peers { .. } => None,
            ToWorker::Request { id, request } => {
                if let Request::Replan(assignment) = &request {
                    self.generation = assignment.plan.generation();
                }
                let result = Ok(match request {
                    Request::Probe => Reply::Probed(probe()),
                    Request::Swap { tasks, .. } => Reply::Swapped {
                        pauses_us: tasks.iter().map(|_| 1).collect(),
                    },
                    _ => Reply::Done,
                });
                Some(FromWorker::Reply { id, result })
            }
            ToWorker::Exit => return Err(()),
        })
    }

    fn heartbeat(&self) -> FromWorker {
        FromWorker::Heartbeat(Box::new(Heartbeat {
            generation: self.generation,
            spouts: self.spouts,
            report: Report {
                topology: self.topology.clone(),
                ending: Ending::Running,
                elapsed_seconds: 1.0,
                rows_per_second: 0.0,
                spout_rows_per_second: 0.0,
                trees: TreeReport::default(),
                components: Vec::new(),
            },
            tasks: Vec::new(),
            probe: probe(),
            memory: 1 << 20,
        }))
    }
}

fn probe() -> Probe {
    Probe {
        idle: true,
        settled: true,
        ended: false,
        links: Vec::new(),
    }
}

async fn say(write: &mut WriteHalf<Box<dyn Stream>>, message: FromWorker) -> bool {
    let mut line = serde_json::to_vec(&message).unwrap();
    line.push(b'\n');
    write.write_all(&line).await.is_ok()
}
