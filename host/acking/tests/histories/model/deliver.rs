//! How a message arrives: what a worker does with it, and what of that is true.

use super::Step;
use super::network::{Message, NamedUpdate, Payload};
use super::subject::receive;
use super::world::World;
use stormcell_acking::{Update, Verdict, WorkerIncarnation};

impl World {
    pub(crate) fn deliver(&mut self, message: Message, step: &mut Step) {
        let worker = &mut self.workers[message.to];
        if !worker.alive {
            self.truth.lose(message.payload.roots());
            return;
        }
        let sender = WorkerIncarnation {
            worker: message.from as u32,
            number: message.stamp.incarnation,
        };
        let from_the_dead = worker.knows_dead(sender);
        let verdict = receive(
            &mut worker.inbound[message.from],
            message.stamp,
            self.mutation,
        );
        self.seen.insert(format!("{verdict:?}"));
        let before = self.state_of(message.to);
        match verdict {
            Verdict::Accept => {
                self.workers[message.to].hear_of(sender);
                self.take(message.to, message.payload, step);
            }
            Verdict::Duplicate => {}
            Verdict::TooLate | Verdict::Dead => self.truth.lose(message.payload.roots()),
        }
        if from_the_dead {
            step.stale.push((before, self.state_of(message.to)));
        }
    }

    fn take(&mut self, worker: usize, payload: Payload, step: &mut Step) {
        let current = payload.roots().iter().any(|root| self.is_current(*root));
        let mut before = self.state_of(worker);
        match payload {
            Payload::Row {
                task,
                row,
                depth,
                branches,
            } => {
                self.hold(worker, task, row, depth, branches);
                return;
            }
            Payload::Updates(updates) => {
                let resolved = self.resolve(worker, updates);
                // To hear of a death by the way is not stale.
                before = self.state_of(worker);
                if let Some(ledger) = &mut self.workers[worker].ledger {
                    ledger.update_all(&resolved);
                }
            }
            Payload::Fail(root) => {
                if let Some(attempt) = self.truth.open(root) {
                    attempt.fail_arrived = true;
                }
                if let Some(ledger) = &mut self.workers[worker].ledger {
                    ledger.fail(root);
                }
            }
            Payload::Extend(root) => {
                if let Some(attempt) = self.truth.open(root) {
                    attempt.timeouts = 0;
                }
                if let Some(ledger) = &mut self.workers[worker].ledger {
                    ledger.extend(root);
                }
            }
        }
        if !current {
            step.stale.push((before, self.state_of(worker)));
        }
    }

    fn resolve(&mut self, worker: usize, updates: Vec<NamedUpdate>) -> Vec<Update> {
        let mut resolved = Vec::new();
        for NamedUpdate { root, xor, names } in updates {
            let touched = self.workers[worker].resolve(&names);
            if let Some(attempt) = self.truth.open(root) {
                attempt.touched.extend(names);
            }
            resolved.push(Update::new(root, xor).touching(touched));
        }
        resolved
    }

    /// All that a message can change in a worker.
    fn state_of(&self, worker: usize) -> super::State {
        let worker = &self.workers[worker];
        let pending = worker.ledger.as_ref().map(|ledger| ledger.pending());
        (pending.unwrap_or_default(), worker.held.len())
    }
}
