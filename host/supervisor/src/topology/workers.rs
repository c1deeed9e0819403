//! The worker processes of one topology: which are alive, and what is still to be found
//! out about them.
//!
//! Invariant: for each worker that was asked to end, and each that was looked for, an
//! [`Event::Exited`] follows, and not before the process is gone for certain.

use std::collections::BTreeSet;
use std::sync::Arc;

use stormcell_acking::WorkerIncarnation;
use stormcell_coordinator::Event;
use tokio::sync::mpsc;

use super::Input;
use crate::processes::{Exited, Processes};

/// Stands for whichever incarnation holds the lock of a worker.
const ANY: u32 = 0;
const GONE: &str = "its process is not there";

/// The worker processes of a topology.
pub(super) struct Workers {
    topology: String,
    submission: u32,
    processes: Arc<dyn Processes>,
    inputs: mpsc::UnboundedSender<Input>,
    /// Alive, and their end is awaited.
    alive: BTreeSet<WorkerIncarnation>,
    /// Their lock is held, and it is not known by whom: look again.
    look: BTreeSet<u32>,
    /// Could not be ended: try again.
    end: BTreeSet<WorkerIncarnation>,
}

impl Workers {
    pub(super) fn new(
        topology: &str,
        submission: u32,
        processes: Arc<dyn Processes>,
        inputs: mpsc::UnboundedSender<Input>,
    ) -> Self {
        Self {
            topology: topology.to_owned(),
            submission,
            processes,
            inputs,
            alive: BTreeSet::new(),
            look: BTreeSet::new(),
            end: BTreeSet::new(),
        }
    }

    /// How many are alive.
    pub(super) fn count(&self) -> usize {
        self.alive.len()
    }

    /// Whether none is alive for certain.
    pub(super) fn none(&self) -> bool {
        self.alive.is_empty() && self.look.is_empty() && self.end.is_empty()
    }

    /// Starts the process of a worker.
    pub(super) fn start(&mut self, worker: WorkerIncarnation) -> Vec<Event> {
        match self.processes.start(
            &self.topology,
            self.submission,
            worker,
            self.exited_notice(),
        ) {
            Ok(pid) => {
                tracing::info!(
                    topology = self.topology,
                    worker = worker.worker,
                    incarnation = worker.number,
                    pid,
                    "worker started"
                );
                self.alive.insert(worker);
                Vec::new()
            }
            Err(error) => vec![Event::NotStarted(
                worker,
                format!("its process cannot be started: {error}"),
            )],
        }
    }

    /// Finds out which of the planned workers are alive. Others that hold a lock are
    /// ended: no plan has work for them.
    pub(super) fn adopt(&mut self, planned: u32) -> Vec<Event> {
        let mut events = Vec::new();
        for worker in 0..planned {
            events.extend(self.look_for(worker));
        }
        for worker in self.others(planned) {
            // What becomes of it is for nobody to know.
            let _ = self.end(WorkerIncarnation {
                worker,
                number: ANY,
            });
        }
        events
    }

    /// Ends all that hold a lock.
    pub(super) fn end_all(&mut self, planned: u32) {
        for worker in (0..planned).chain(self.others(planned)) {
            let _ = self.end(WorkerIncarnation {
                worker,
                number: ANY,
            });
        }
        for worker in self.alive.clone() {
            let _ = self.end(worker);
        }
    }

    /// Ends the process of a worker at once.
    pub(super) fn end(&mut self, worker: WorkerIncarnation) -> Vec<Event> {
        let meant: Vec<_> = self
            .alive
            .iter()
            .filter(|alive| is_meant(worker, **alive))
            .copied()
            .collect();
        let failed = if meant.is_empty() {
            match self.adopt_one(worker.worker) {
                Ok(Some(found)) if is_meant(worker, found) => self.kill(found).err(),
                Ok(_) => {
                    self.end.remove(&worker);
                    return vec![Event::Exited(worker, GONE.to_owned())];
                }
                Err(reason) => Some(reason),
            }
        } else {
            meant.into_iter().find_map(|alive| self.kill(alive).err())
        };
        match failed {
            None => {
                self.end.remove(&worker);
            }
            // Logged once, and tried again.
            Some(reason) if self.end.insert(worker) => {
                self.warn(worker.worker, &format!("cannot be ended yet: {reason}"));
            }
            Some(_) => {}
        }
        Vec::new()
    }

    /// Tries again what could not be done.
    pub(super) fn retry(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for worker in self.look.clone() {
            events.extend(self.look_for(worker));
        }
        for worker in self.end.clone() {
            events.extend(self.end(worker));
        }
        events
    }

    /// The process of a worker is gone.
    pub(super) fn exited(&mut self, worker: WorkerIncarnation) {
        self.alive.remove(&worker);
        self.end.remove(&worker);
    }

    fn look_for(&mut self, worker: u32) -> Vec<Event> {
        if self.alive.iter().any(|alive| alive.worker == worker) {
            self.look.remove(&worker);
            return Vec::new();
        }
        match self.adopt_one(worker) {
            Ok(found) => {
                self.look.remove(&worker);
                let number = ANY;
                let any = WorkerIncarnation { worker, number };
                match found {
                    Some(_) => Vec::new(),
                    None => vec![Event::Exited(any, GONE.to_owned())],
                }
            }
            Err(reason) => {
                // Logged once, and tried again.
                if self.look.insert(worker) {
                    self.warn(worker, &reason);
                }
                Vec::new()
            }
        }
    }

    fn adopt_one(&mut self, worker: u32) -> Result<Option<WorkerIncarnation>, String> {
        let found = self
            .processes
            .adopt(&self.topology, worker, self.exited_notice())
            .map_err(|error| error.to_string())?;
        Ok(found.map(|found| {
            tracing::info!(
                topology = self.topology,
                worker = found.worker.worker,
                incarnation = found.worker.number,
                pid = found.pid,
                "worker taken over"
            );
            self.alive.insert(found.worker);
            found.worker
        }))
    }

    fn kill(&self, worker: WorkerIncarnation) -> Result<(), String> {
        self.processes
            .end(&self.topology, worker)
            .map_err(|error| error.to_string())
    }

    /// Workers with a lock that the plan does not have.
    fn others(&self, planned: u32) -> Vec<u32> {
        match self.processes.locks(&self.topology) {
            Ok(workers) => workers.into_iter().filter(|w| *w >= planned).collect(),
            Err(error) => {
                let topology = &self.topology;
                tracing::warn!(topology, %error, "cannot list the locks of workers");
                Vec::new()
            }
        }
    }

    fn exited_notice(&self) -> Exited {
        let inputs = self.inputs.clone();
        Box::new(move |worker, reason| {
            let _ = inputs.send(Input::Exited(worker, reason));
        })
    }

    fn warn(&self, worker: u32, reason: &str) {
        tracing::warn!(topology = self.topology, worker, "{reason}");
    }
}

/// Whether this incarnation is the one that is spoken of.
fn is_meant(spoken_of: WorkerIncarnation, incarnation: WorkerIncarnation) -> bool {
    spoken_of.worker == incarnation.worker
        && (spoken_of.number == ANY || spoken_of.number == incarnation.number)
}

#[cfg(test)]
mod tests;
