//! What is heard of the processes of workers, and starting and ending them.
//!
//! Invariants: a number is stored before a process gets it; no process of a worker is
//! started before the one before has ended for certain; a worker is declared dead to
//! others only then.

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api::WorkerState;
use stormcell_protocol::control::{FromWorker, Heartbeat, Hello, SpoutMode, ToWorker};

use crate::limits::{EXIT_LIMIT, HEARTBEAT_LIMIT};
use crate::operation::Operation;
use crate::worker::Worker;
use crate::{Action, Coordinator};

impl Coordinator {
    pub(crate) fn connected(&mut self, hello: &Hello) {
        let incarnation = hello.worker;
        let now = self.now.mono;
        let next = self.record.next_incarnation;
        let expected = self.workers.get(&incarnation.worker).is_some_and(|worker| {
            let adopted = worker.state == WorkerState::Unknown && incarnation.number < next;
            adopted || (worker.serves() && worker.number == incarnation.number)
        });
        if !expected {
            self.refuse(incarnation, "it is not expected to be alive");
            return;
        }
        self.requests.lose(incarnation);
        let generation = self.record.plan.generation();
        let stopping = matches!(self.operation, Operation::Stop(_));
        let Some(worker) = self.workers.get_mut(&incarnation.worker) else {
            return;
        };
        let adopted = worker.state == WorkerState::Unknown;
        worker.connected(hello, now);
        if worker.generation == generation {
            worker.works(now);
        }
        if hello.generation > generation {
            let why = format!(
                "it works by generation {} of the plan, which is not stored",
                hello.generation
            );
            self.fence(incarnation.worker, &why);
        } else if hello.spouts == SpoutMode::Stopped && !stopping {
            // Its tasks may be closed: an earlier supervisor was about to end it.
            self.fence(incarnation.worker, "it was being stopped");
        } else if adopted {
            let WorkerIncarnation { worker, number } = incarnation;
            let pid = hello.pid;
            self.log(
                "info",
                format!("worker {worker} (incarnation {number}, process {pid}) goes on"),
            );
        }
    }

    /// Ends a process that ought not to be there.
    fn refuse(&mut self, incarnation: WorkerIncarnation, why: &str) {
        let WorkerIncarnation { worker, number } = incarnation;
        self.log(
            "warn",
            format!("run {number} of worker {worker} has connected and is ended: {why}"),
        );
        self.tell(incarnation, ToWorker::Exit);
        self.out.push(Action::End(incarnation));
    }

    pub(crate) fn disconnected(&mut self, incarnation: WorkerIncarnation) {
        self.requests.lose(incarnation);
        if let Some(worker) = self.current(incarnation) {
            worker.connected = false;
        }
    }

    pub(crate) fn said(&mut self, incarnation: WorkerIncarnation, message: FromWorker) {
        let (now, generation) = (self.now.mono, self.record.plan.generation());
        let Some(worker) = self.current(incarnation).filter(|worker| worker.serves()) else {
            return;
        };
        worker.heard = now;
        match message {
            FromWorker::Hello(hello) => {
                if hello.worker == incarnation {
                    self.connected(&hello);
                }
            }
            FromWorker::Ready { generation: ready } => {
                worker.generation = ready.min(generation);
                if ready == generation {
                    worker.works(now);
                    let WorkerIncarnation { worker, number } = incarnation;
                    self.log(
                        "info",
                        format!("worker {worker} (incarnation {number}) works"),
                    );
                }
            }
            FromWorker::Failed { reason } => {
                worker.failure = Some(reason.clone());
                let worker = incarnation.worker;
                self.log("error", format!("worker {worker} cannot go on: {reason}"));
                self.worker_failed(worker, &reason);
            }
            FromWorker::Heartbeat(heartbeat) => self.heartbeat(incarnation, heartbeat),
            FromWorker::Leaving(heartbeat) => {
                worker.left = true;
                self.heartbeat(incarnation, heartbeat);
            }
            FromWorker::Reply { id, result } => self.requests.reply(incarnation, id, result),
            FromWorker::PeerDied(peer) => {
                // One that was told to exit is expected to be gone.
                let missed = self
                    .current(peer)
                    .is_some_and(|peer| peer.serves() && peer.told.exit.is_none());
                if missed {
                    let why = format!("worker {} cannot reach it any more", incarnation.worker);
                    self.fence(peer.worker, &why);
                }
            }
        }
    }

    fn heartbeat(&mut self, incarnation: WorkerIncarnation, heartbeat: Box<Heartbeat>) {
        if let Some(worker) = self.current(incarnation) {
            // It says so in the order in which things happen to it, replies included.
            if worker.generation > 0 && worker.generation == heartbeat.generation {
                let tasks = heartbeat.tasks.iter();
                worker.digests = tasks.map(|task| (task.task, task.digest.clone())).collect();
            }
            worker.heartbeats += 1;
            worker.heartbeat = Some(heartbeat);
        }
    }

    pub(crate) fn exited(&mut self, incarnation: WorkerIncarnation, why: String) {
        let WorkerIncarnation { worker: id, number } = incarnation;
        let now = self.now.mono;
        let Some(worker) = self.workers.get(&id).filter(|worker| {
            // Of a worker whose run is not known, any exit is that of its last run.
            worker.may_be_alive() && (worker.number == number || worker.number == 0)
        }) else {
            return;
        };
        let unknown = worker.number == 0;
        self.requests.lose(worker.incarnation());
        self.keep_counts_of(id);
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        worker.ended(why, now);
        let why = worker.last_exit.clone().unwrap_or_default();
        if unknown {
            self.log("info", format!("worker {id} is not alive"));
        } else if self.runs(id) {
            self.log(
                "warn",
                format!("worker {id} (incarnation {number}) has ended: {why}"),
            );
        } else {
            self.log(
                "info",
                format!("worker {id} (incarnation {number}) has ended: {why}"),
            );
        }
    }

    /// The worker, if this is its latest run.
    pub(crate) fn current(&mut self, incarnation: WorkerIncarnation) -> Option<&mut Worker> {
        self.workers
            .get_mut(&incarnation.worker)
            .filter(|worker| worker.number == incarnation.number && incarnation.number != 0)
    }

    /// Ends the process of a worker for certain.
    pub(crate) fn fence(&mut self, id: u32, why: &str) {
        let now = self.now.mono;
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        worker.enter(WorkerState::Fencing, now);
        worker.heard = now;
        worker.failure.get_or_insert_with(|| why.to_owned());
        let incarnation = worker.incarnation();
        self.requests.lose(incarnation);
        self.log(
            "warn",
            format!("worker {id} is ended, if it has not ended by itself: {why}"),
        );
        self.out.push(Action::End(incarnation));
    }

    /// Starts and ends processes, so that those run that are to run.
    pub(crate) fn keep_processes(&mut self) {
        let now = self.now.mono;
        for id in 0..self.record.plan.workers() {
            if !self.workers.contains_key(&id) {
                // An earlier plan may have had a worker of this number that could not be
                // told to exit. Whoever holds its lock is ended first.
                let new = Worker::new(id, WorkerState::Fencing, now);
                self.out.push(Action::End(new.incarnation()));
                self.workers.insert(id, new);
            }
        }
        let mut due = Vec::new();
        for id in self.workers.keys().copied().collect::<Vec<_>>() {
            let (runs, planned) = (self.runs(id), self.is_planned(id));
            let Some(worker) = self.workers.get_mut(&id) else {
                continue;
            };
            match worker.state {
                WorkerState::BackingOff | WorkerState::Down if !planned => {
                    self.workers.remove(&id);
                }
                WorkerState::BackingOff if !runs => worker.enter(WorkerState::Down, now),
                WorkerState::BackingOff if worker.start_at <= now => due.push(id),
                WorkerState::Down if runs => due.push(id),
                WorkerState::BackingOff | WorkerState::Down => {}
                WorkerState::Fencing if now.saturating_sub(worker.heard) > HEARTBEAT_LIMIT => {
                    worker.heard = now;
                    let incarnation = worker.incarnation();
                    self.out.push(Action::End(incarnation));
                }
                WorkerState::Fencing => {}
                _ if worker.is_silent(now) => {
                    let seconds = now.saturating_sub(worker.heard).as_secs_f64();
                    let why = format!("nothing was heard of it for {seconds:.1} s");
                    self.fence(id, &why);
                }
                WorkerState::Unknown => {}
                WorkerState::Starting | WorkerState::Up if !runs => self.dismiss(id),
                WorkerState::Starting | WorkerState::Up => {}
            }
        }
        self.start(&due);
    }

    /// Has a worker exit, and sees to it that it does.
    fn dismiss(&mut self, id: u32) {
        let now = self.now.mono;
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        match worker.told.exit {
            None if worker.connected => {
                worker.told.exit = Some(now);
                let incarnation = worker.incarnation();
                self.tell(incarnation, ToWorker::Exit);
            }
            Some(told) if now.saturating_sub(told) <= EXIT_LIMIT => {}
            Some(_) => self.fence(id, "it was told to exit and did not"),
            None => self.fence(id, "it is not needed any more and cannot be told"),
        }
    }

    /// Starts processes, after their numbers are stored.
    fn start(&mut self, due: &[u32]) {
        if due.is_empty() {
            return;
        }
        let now = self.now.mono;
        let mut started = Vec::new();
        for &id in due {
            let number = self.record.next_incarnation.max(1);
            let Some(worker) = self.workers.get_mut(&id) else {
                continue;
            };
            let Some(next) = number.checked_add(1) else {
                worker.failure = Some("all 4,294,967,295 numbers of runs are used up".to_owned());
                worker.ended(String::new(), now);
                continue;
            };
            self.record.next_incarnation = next;
            worker.started(number, now);
            started.push(worker.incarnation());
        }
        if started.is_empty() {
            return;
        }
        self.store();
        for incarnation in started {
            let WorkerIncarnation { worker, number } = incarnation;
            self.out.push(Action::Start(incarnation));
            self.log(
                "info",
                format!("worker {worker} is started (incarnation {number})"),
            );
        }
    }

    pub(crate) fn tell(&mut self, worker: WorkerIncarnation, message: ToWorker) {
        self.out.push(Action::Tell(worker, Box::new(message)));
    }
}
