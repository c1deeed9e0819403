//! Time that passes, and what goes wrong.

use super::worker::{Held, Worker};
use super::world::World;
use super::{SPOUTS, WORKERS};

impl World {
    /// The message timeout of a spout passes.
    pub(crate) fn rotate(&mut self, spout: usize) {
        let worker = &mut self.workers[spout];
        if let (true, Some(ledger)) = (worker.alive, &mut worker.ledger) {
            let open = self.truth.open_of(spout);
            open.for_each(|attempt| attempt.timeouts += 1);
            ledger.rotate();
        }
    }

    pub(crate) fn crash(&mut self, worker: usize) {
        if !self.workers[worker].alive {
            return;
        }
        self.workers[worker].alive = false;
        let dead = self.workers[worker].me;
        self.lose_held(worker, |_| true);
        self.workers[worker].ledger = None;
        self.workers[worker].inits.clear();
        if worker < SPOUTS {
            self.truth.abandon(worker);
        }
        // What was on its way within the process is gone, and so may be what was
        // on its way to it and from it.
        for message in &self.network.messages {
            if message.to == worker || message.from == worker {
                self.truth.lose(message.payload.roots());
            }
        }
        let messages = &mut self.network.messages;
        messages.retain(|message| message.from != worker || message.to != worker);
        let deaths = &mut self.network.deaths;
        deaths.retain(|(to, _)| *to != worker);
        let others = (0..WORKERS).filter(|other| *other != worker);
        deaths.extend(others.map(|other| (other, dead)));
    }

    pub(crate) fn restart(&mut self, worker: usize) {
        if self.workers[worker].alive {
            return;
        }
        let mut me = self.workers[worker].me;
        me.number += 1;
        self.workers[worker] = Worker::start(me, self.mutation);
    }

    pub(crate) fn rebalance(&mut self, task: usize) {
        let from = self.plan[task];
        self.plan[task] = (from + 1) % WORKERS;
        self.lose_held(from, |held| held.task == task);
    }

    fn lose_held(&mut self, worker: usize, lost: impl Fn(&Held) -> bool) {
        self.workers[worker].held.retain(|held| {
            let lost = lost(held);
            if lost {
                self.truth.lose(held.input.roots());
            }
            !lost
        });
    }

    /// The process, and with it the ledger, lives on.
    pub(crate) fn crash_instance(&mut self, spout: usize) {
        let worker = &mut self.workers[spout];
        if let (true, Some(ledger)) = (worker.alive, &mut worker.ledger) {
            ledger.fail_all();
            let open = self.truth.open_of(spout);
            open.for_each(|attempt| attempt.instance_crashed = true);
        }
    }
}
