//! Requests to workers, and rounds of them.
//!
//! A request is open until it is answered or its connection ends. What was lost with a
//! connection is asked again on the next one: every request may be repeated.

use std::collections::BTreeMap;

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::control::{Reply, Request, ToWorker};

use crate::Action;

/// What came of a request, or why it could not be done.
pub(crate) type Answered = Result<Reply, String>;

/// Every open request, and the answers of this event.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    last: u64,
    open: BTreeMap<u64, WorkerIncarnation>,
    answered: BTreeMap<u64, Answered>,
}

/// How a request stands.
#[derive(Debug, PartialEq)]
pub(crate) enum Standing {
    Open,
    Answered(Answered),
    /// It will not be answered.
    Lost,
}

impl Requests {
    /// Asks a worker that is connected.
    pub(crate) fn ask(
        &mut self,
        worker: WorkerIncarnation,
        request: Request,
        out: &mut Vec<Action>,
    ) -> u64 {
        self.last += 1;
        let id = self.last;
        self.open.insert(id, worker);
        let message = ToWorker::Request { id, request };
        out.push(Action::Tell(worker, Box::new(message)));
        id
    }

    /// A worker answered. What nobody asked it is passed over.
    pub(crate) fn reply(&mut self, worker: WorkerIncarnation, id: u64, result: Answered) {
        if self.open.get(&id) == Some(&worker) {
            self.open.remove(&id);
            self.answered.insert(id, result);
        }
    }

    /// The connection of a worker has ended.
    pub(crate) fn lose(&mut self, worker: WorkerIncarnation) {
        self.open.retain(|_, asked| *asked != worker);
    }

    pub(crate) fn take(&mut self, id: u64) -> Standing {
        if self.open.contains_key(&id) {
            return Standing::Open;
        }
        self.answered
            .remove(&id)
            .map_or(Standing::Lost, Standing::Answered)
    }

    /// Forgets answers that nobody waits for any more.
    pub(crate) fn clear(&mut self) {
        self.answered.clear();
    }
}

/// The same question to several workers.
#[derive(Debug, Default)]
pub(crate) struct Round(BTreeMap<WorkerIncarnation, Asked>);

#[derive(Debug)]
enum Asked {
    Open(u64),
    Answered(Answered),
}

/// A worker that a round asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking {
    pub(crate) worker: WorkerIncarnation,
    pub(crate) connected: bool,
}

impl Round {
    /// Goes on with the round over exactly these workers: asks those that are connected
    /// and were not asked, or whose answer was lost. Says whether all have answered.
    pub(crate) fn go_on(
        &mut self,
        asking: &[Asking],
        mut request: impl FnMut(WorkerIncarnation) -> Request,
        requests: &mut Requests,
        out: &mut Vec<Action>,
    ) -> bool {
        self.0
            .retain(|worker, _| asking.iter().any(|asking| asking.worker == *worker));
        let mut complete = true;
        for &Asking { worker, connected } in asking {
            if let Some(Asked::Open(id)) = self.0.get(&worker) {
                match requests.take(*id) {
                    Standing::Open => {}
                    Standing::Lost => {
                        self.0.remove(&worker);
                    }
                    Standing::Answered(answer) => {
                        self.0.insert(worker, Asked::Answered(answer));
                    }
                }
            }
            if connected && !self.0.contains_key(&worker) {
                let id = requests.ask(worker, request(worker), out);
                self.0.insert(worker, Asked::Open(id));
            }
            complete &= matches!(self.0.get(&worker), Some(Asked::Answered(_)));
        }
        complete
    }

    /// The answers so far.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (WorkerIncarnation, &Answered)> {
        self.0.iter().filter_map(|(worker, asked)| match asked {
            Asked::Answered(answer) => Some((*worker, answer)),
            Asked::Open(_) => None,
        })
    }

    /// The first worker that could not do it, and why.
    pub(crate) fn refused(&self) -> Option<(WorkerIncarnation, &str)> {
        self.answers()
            .find_map(|(worker, answer)| Some((worker, answer.as_ref().err()?.as_str())))
    }
}
