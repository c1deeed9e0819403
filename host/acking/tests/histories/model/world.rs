//! Four workers, two spouts, five bolt tasks, and what happens to them.

use super::action::{Action, Then};
use super::network::{Message, NamedUpdate, Names, Network, Payload, pick};
use super::subject::Mutation;
use super::truth::{Attempt, Truth};
use super::worker::{Held, Sent, Worker};
use super::{SPOUTS, Step, TASKS, WORKERS};
use std::collections::BTreeSet;
use stormcell_acking::{Branch, EdgeIds, Fold, Input, RootId, Touched, WorkerIncarnation};

/// A row so far from its root has no children, so that every tree ends.
const DEEPEST: u8 = 3;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) mutation: Mutation,
    pub(crate) workers: Vec<Worker>,
    /// On which worker each task is.
    pub(crate) plan: Vec<usize>,
    pub(crate) network: Network,
    pub(crate) truth: Truth,
    /// What has happened, by name.
    pub(crate) seen: BTreeSet<String>,
    ids: EdgeIds,
    rows: u64,
}

impl World {
    pub(crate) fn new(mutation: Mutation) -> Self {
        let start = |worker| Worker::start(WorkerIncarnation { worker, number: 1 }, mutation);
        let mut truth = Truth::default();
        truth.sources.resize_with(SPOUTS, Default::default);
        Self {
            mutation,
            workers: (0..WORKERS as u32).map(start).collect(),
            plan: (0..TASKS).map(|task| task % WORKERS).collect(),
            network: Network::default(),
            truth,
            seen: BTreeSet::new(),
            ids: EdgeIds::new(1),
            rows: 0,
        }
    }

    /// One event, and what the ledgers then say.
    pub(crate) fn apply(&mut self, action: Action) -> Step {
        let mut step = Step::default();
        self.act(action, &mut step);
        for worker in &mut self.workers {
            let settled = worker.ledger.as_mut().map(|ledger| ledger.take_settled());
            for settled in settled.into_iter().flatten() {
                let before = self.truth.settle(settled.root, settled.outcome);
                self.seen.insert(format!("{:?}", settled.outcome));
                step.settled.push((settled, before));
            }
        }
        if step.refused.is_some() {
            self.seen.insert("a root is refused".to_owned());
        }
        if !step.stale.is_empty() {
            self.seen.insert("a stale message".to_owned());
        }
        step
    }

    fn act(&mut self, action: Action, step: &mut Step) {
        match action {
            Action::Emit {
                spout,
                targets,
                first,
                init_now,
            } => {
                let spout = usize::from(spout) % SPOUTS;
                self.emit(
                    spout,
                    usize::from(targets),
                    usize::from(first),
                    init_now,
                    step,
                );
            }
            Action::Init { which, again } => {
                let waiting = self.waiting_inits();
                if let Some(at) = pick(which, waiting.len()) {
                    let (worker, index) = waiting[at];
                    let sent = match again {
                        true => self.workers[worker].inits[index].clone(),
                        false => self.workers[worker].inits.swap_remove(index),
                    };
                    self.init(worker, &sent);
                }
            }
            Action::LoseInit { which } => {
                let waiting = self.waiting_inits();
                if let Some(at) = pick(which, waiting.len()) {
                    let (worker, index) = waiting[at];
                    let sent = self.workers[worker].inits.swap_remove(index);
                    self.truth.lose([sent.root]);
                }
            }
            Action::Deliver { which } => {
                if let Some(at) = pick(which, self.network.messages.len()) {
                    let message = self.network.messages.swap_remove(at);
                    self.deliver(message, step);
                }
            }
            Action::Duplicate { which } => {
                if let Some(at) = pick(which, self.network.messages.len()) {
                    let message = self.network.messages[at].clone();
                    self.network.messages.push(message);
                }
            }
            Action::Drop { which } => {
                if let Some(at) = pick(which, self.network.messages.len()) {
                    let message = self.network.messages.swap_remove(at);
                    self.truth.lose(message.payload.roots());
                }
            }
            Action::Execute {
                which,
                partner,
                children,
                first,
                twice,
                then,
            } => {
                if let Some((worker, index)) = self.pick_held(which) {
                    let children = usize::from(children);
                    let first = usize::from(first);
                    self.execute(worker, index, partner, (children, first), twice, then);
                }
            }
            Action::Extend { which } => {
                if let Some((worker, index)) = self.pick_held(which) {
                    let roots: Vec<_> = self.workers[worker].held[index].input.roots().collect();
                    for root in roots {
                        self.send(worker, root.spout() as usize, Payload::Extend(root));
                    }
                }
            }
            Action::Rotate { spout } => self.rotate(usize::from(spout) % SPOUTS),
            Action::CrashWorker { worker } => self.crash(usize::from(worker) % WORKERS),
            Action::RestartWorker { worker } => self.restart(usize::from(worker) % WORKERS),
            Action::HearOfDeath { which } => {
                if let Some(at) = pick(which, self.network.deaths.len()) {
                    let (to, dead) = self.network.deaths.swap_remove(at);
                    if self.workers[to].hear_of_death(dead) != Touched::NONE {
                        let reused = "a bit of a dead worker is given to another";
                        self.seen.insert(reused.to_owned());
                    }
                }
            }
            Action::CrashInstance { spout } => {
                self.crash_instance(usize::from(spout) % SPOUTS);
            }
            Action::Rebalance { task } => self.rebalance(usize::from(task) % TASKS),
        }
    }

    fn emit(&mut self, spout: usize, targets: usize, first: usize, now: bool, step: &mut Step) {
        let worker = &mut self.workers[spout];
        let (true, Some(ledger)) = (worker.alive, &mut worker.ledger) else {
            return;
        };
        let Some(root) = ledger.reserve() else {
            step.refused = Some(spout);
            return;
        };
        let row = self.truth.next_row(spout);
        let attempt = Attempt {
            spout,
            row,
            ..Attempt::default()
        };
        step.id_came_twice = self.truth.attempts.insert(root, attempt).is_some();
        let mut sent = Sent {
            root,
            xor: 0,
            names: Names::new(),
        };
        for target in first..first + targets {
            let edge = self.ids.next_id();
            sent.xor ^= edge;
            let to = self.send_row(spout, target % TASKS, 1, vec![Branch { root, edge }]);
            sent.names.insert(to);
        }
        match now {
            true => self.init(spout, &sent),
            false => self.workers[spout].inits.push(sent),
        }
    }

    pub(crate) fn init(&mut self, worker: usize, sent: &Sent) {
        if let Some(attempt) = self.truth.open(sent.root)
            && !attempt.init
        {
            attempt.init = true;
            attempt.timeouts = 0;
            attempt.touched.extend(&sent.names);
        }
        self.workers[worker].init(sent);
    }

    /// Sends a new row; returns the incarnation to which the sender believes to.
    fn send_row(
        &mut self,
        from: usize,
        task: usize,
        depth: u8,
        branches: Vec<Branch>,
    ) -> WorkerIncarnation {
        self.rows += 1;
        let row = self.rows;
        for branch in &branches {
            if let Some(attempt) = self.truth.attempts.get_mut(&branch.root) {
                attempt.unprocessed.insert(row);
            }
        }
        let to = self.plan[task];
        let payload = Payload::Row {
            task,
            row,
            depth,
            branches,
        };
        self.send(from, to, payload);
        self.workers[from].believed(to)
    }

    fn send(&mut self, from: usize, to: usize, payload: Payload) {
        let stamp = self.workers[from].outbound[to].stamp();
        self.network.messages.push(Message {
            from,
            to,
            stamp,
            payload,
        });
    }

    fn execute(
        &mut self,
        worker: usize,
        index: usize,
        partner: Option<u16>,
        (children, first): (usize, usize),
        twice: bool,
        then: Then,
    ) {
        let mut held = self.workers[worker].held.swap_remove(index);
        let partner = partner.and_then(|which| pick(which, self.workers[worker].held.len()));
        let mut partner = partner.map(|index| self.workers[worker].held.swap_remove(index));
        let depth = 1 + partner.as_ref().map_or(0, |p| p.depth).max(held.depth);
        let children = if depth > DEEPEST { 0 } else { children };
        for target in first..first + children {
            let mut branches = Vec::new();
            held.input.anchor(&mut branches, self.ids.next_id());
            if twice {
                held.input.anchor(&mut branches, self.ids.next_id());
            }
            if let Some(partner) = &mut partner {
                partner.input.anchor(&mut branches, self.ids.next_id());
            }
            let to = self.send_row(worker, target % TASKS, depth, branches);
            held.names.insert(to);
            if let Some(partner) = &mut partner {
                partner.names.insert(to);
            }
        }
        self.workers[worker].held.extend(partner);
        match then {
            Then::Ack => self.ack(worker, &held),
            Then::Fail => {
                for root in held.input.roots() {
                    self.send(worker, root.spout() as usize, Payload::Fail(root));
                }
            }
            Then::Keep => self.workers[worker].held.push(held),
        }
    }

    pub(crate) fn ack(&mut self, worker: usize, held: &Held) {
        self.truth.processed(held.input.roots(), held.row);
        let mut names = held.names.clone();
        names.insert(self.workers[worker].me);
        let mut fold = Fold::new();
        held.input.ack(&mut fold);
        for spout in 0..SPOUTS {
            let mine = fold.updates().iter();
            let mine = mine.filter(|update| update.root.spout() as usize == spout);
            let updates: Vec<_> = mine
                .map(|update| NamedUpdate {
                    root: update.root,
                    xor: update.xor,
                    names: names.clone(),
                })
                .collect();
            if !updates.is_empty() {
                self.send(worker, spout, Payload::Updates(updates));
            }
        }
    }

    fn waiting_inits(&self) -> Vec<(usize, usize)> {
        let workers = self.workers.iter().enumerate();
        workers
            .flat_map(|(at, worker)| (0..worker.inits.len()).map(move |index| (at, index)))
            .collect()
    }

    fn pick_held(&self, which: u16) -> Option<(usize, usize)> {
        let workers = self.workers.iter().enumerate();
        let held: Vec<_> = workers
            .flat_map(|(at, worker)| (0..worker.held.len()).map(move |index| (at, index)))
            .collect();
        pick(which, held.len()).map(|at| held[at])
    }

    /// The roots of a message that a ledger may still act on.
    pub(crate) fn is_current(&self, root: RootId) -> bool {
        let worker = self.workers.get(root.spout() as usize);
        let ledger = worker.and_then(|worker| worker.ledger.as_ref());
        ledger.is_some_and(|ledger| ledger.incarnation() == root.incarnation())
            && (self.truth.attempts.get(&root)).is_some_and(|attempt| attempt.end.is_none())
    }

    /// A row arrives at the task it is for, or nowhere.
    pub(crate) fn hold(
        &mut self,
        worker: usize,
        task: usize,
        row: u64,
        depth: u8,
        branches: Vec<Branch>,
    ) {
        if self.plan[task] == worker {
            self.workers[worker].held.push(Held {
                task,
                row,
                depth,
                input: Input::new(branches),
                names: Names::new(),
            });
        } else {
            self.truth.lose(branches.iter().map(|branch| branch.root));
        }
    }
}
