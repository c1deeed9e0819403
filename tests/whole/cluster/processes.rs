//! Worker processes as futures, which outlive supervisors.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Weak};

use std::sync::Mutex;
use stormcell_acking::WorkerIncarnation;
use stormcell_links::{Address, MemoryNetwork};
use stormcell_runtime::Output;
use stormcell_sandbox::LogLevel;
use stormcell_state::MemoryStates;
use stormcell_supervisor::processes::{Exited, Found, Processes};
use stormcell_worker::{Ended, Library, WorkerConfig, WorkerError};
use tokio::task::{AbortHandle, JoinError};

use super::checker::Checker;
use super::simulation::Log;

/// So often others get their turn after a process was killed, until all of it must be gone.
const TURNS: usize = 1_000;

/// The processes of a machine. A process is a future, and what it holds is its lock.
pub(super) struct SimulatedProcesses {
    own: Weak<Self>,
    network: MemoryNetwork,
    library: Arc<Library>,
    seed: u64,
    log: Arc<Log>,
    checker: Arc<Checker>,
    /// That of the disk, which outlives them.
    states: Arc<MemoryStates>,
    state: Mutex<State>,
}

/// A worker of a topology.
type Key = (String, u32);

#[derive(Default)]
struct State {
    alive: BTreeMap<Key, Process>,
    started: BTreeSet<(String, u32)>,
}

struct Process {
    worker: WorkerIncarnation,
    exited: Vec<Exited>,
    future: AbortHandle,
}

impl SimulatedProcesses {
    pub(super) fn new(
        network: MemoryNetwork,
        library: Library,
        seed: u64,
        log: Arc<Log>,
        checker: Arc<Checker>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|own| Self {
            own: Weak::clone(own),
            network,
            library: Arc::new(library),
            seed,
            log,
            checker,
            states: Arc::default(),
            state: Mutex::default(),
        })
    }

    /// The workers of a topology that are alive.
    pub(super) fn alive(&self, topology: &str) -> Vec<WorkerIncarnation> {
        let state = self.state.lock().unwrap();
        let of_it = state.alive.iter().filter(|(key, _)| key.0 == topology);
        of_it.map(|(_, process)| process.worker).collect()
    }

    /// How many processes were ever started.
    pub(super) fn started(&self) -> usize {
        self.state.lock().unwrap().started.len()
    }

    /// Ends the process of a worker as SIGKILL does. It is gone some time later, but
    /// before time passes.
    pub(super) fn kill(&self, topology: &str, worker: u32) {
        let key = (topology.to_owned(), worker);
        if let Some(process) = self.state.lock().unwrap().alive.get(&key) {
            process.future.abort();
        }
    }

    fn spawn(&self, topology: &str, worker: WorkerIncarnation) -> AbortHandle {
        let address = Address::Worker {
            topology: topology.to_owned(),
            worker,
        };
        let output: Arc<dyn Output> = Arc::new(Printer {
            log: Arc::clone(&self.log),
            checker: Arc::clone(&self.checker),
        });
        let process = tokio::spawn(stormcell_worker::run(WorkerConfig {
            topology: topology.to_owned(),
            worker,
            network: Arc::new(self.network.at(address)),
            library: Arc::clone(&self.library),
            output: Arc::clone(&output),
            dead_letters: None,
            state: Arc::clone(&self.states) as _,
            seed: self.seed,
        }));
        let future = process.abort_handle();
        let (own, topology) = (Weak::clone(&self.own), topology.to_owned());
        tokio::spawn(async move {
            let ended = process.await;
            // What a process has spawned ends with it. All of it can print.
            let mut turns = 0;
            while Arc::strong_count(&output) > 1 && turns < TURNS {
                tokio::task::yield_now().await;
                turns += 1;
            }
            let Some(processes) = own.upgrade() else {
                return;
            };
            if turns == TURNS {
                let what = format!("of worker {worker:?}, something is left after its end");
                processes.checker.broken(&what);
            }
            processes.gone(&(topology, worker.worker), ended);
        });
        future
    }

    /// Nothing is left of a process.
    fn gone(&self, key: &Key, ended: Result<Result<Ended, WorkerError>, JoinError>) {
        let Some(process) = self.state.lock().unwrap().alive.remove(key) else {
            return;
        };
        let reason = match ended {
            Ok(Ok(ended)) => format!("it exited by itself: {ended:?}"),
            Ok(Err(error)) => format!("it failed: {error}"),
            Err(killed) if killed.is_cancelled() => "it was killed".to_owned(),
            Err(panicked) => {
                let what = format!("worker {:?}: {panicked}", process.worker);
                self.checker.broken(&what);
                panicked.to_string()
            }
        };
        let WorkerIncarnation { worker, number } = process.worker;
        self.log.say(format_args!(
            "worker {worker} run {number} is gone: {reason}"
        ));
        for exited in process.exited {
            exited(process.worker, reason.clone());
        }
    }
}

/// The process id of an incarnation.
fn pid(worker: WorkerIncarnation) -> u32 {
    1_000 + worker.number
}

impl Processes for SimulatedProcesses {
    fn start(
        &self,
        topology: &str,
        _submission: u32,
        worker: WorkerIncarnation,
        exited: Exited,
    ) -> io::Result<u32> {
        let number = worker.number;
        self.log
            .say(format_args!("worker {} run {number} starts", worker.worker));
        let mut state = self.state.lock().unwrap();
        let key = (topology.to_owned(), worker.worker);
        if let Some(other) = state.alive.get(&key) {
            let other = other.worker;
            drop(state);
            let what = format!("{worker:?} was started, and {other:?} is alive");
            self.checker.broken(&what);
            return Err(io::Error::other(what));
        }
        if !state.started.insert((topology.to_owned(), number)) {
            drop(state);
            let what = format!("the number of {worker:?} was used before");
            self.checker.broken(&what);
            return Err(io::Error::other(what));
        }
        let process = Process {
            worker,
            exited: vec![exited],
            future: self.spawn(topology, worker),
        };
        state.alive.insert(key, process);
        Ok(pid(worker))
    }

    fn adopt(&self, topology: &str, worker: u32, exited: Exited) -> io::Result<Option<Found>> {
        let mut state = self.state.lock().unwrap();
        let process = state.alive.get_mut(&(topology.to_owned(), worker));
        Ok(process.map(|process| {
            process.exited.push(exited);
            let worker = process.worker;
            let pid = pid(worker);
            Found { worker, pid }
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

/// Where what components of a process write goes.
struct Printer {
    log: Arc<Log>,
    checker: Arc<Checker>,
}

impl Output for Printer {
    fn log(&self, component: &str, task: u32, level: LogLevel, message: &str) {
        let log = &self.log;
        log.say(format_args!("{component} {task} logs {level:?}: {message}"));
    }

    fn stdout(&self, component: &str, task: u32, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for line in text.lines() {
            self.log.say(format_args!("{component} {task}: {line}"));
            self.checker.line(component, task, line);
        }
    }

    fn stderr(&self, component: &str, task: u32, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        self.log
            .say(format_args!("{component} {task} to stderr: {text}"));
    }
}
