//! What each worker is to know and do, whatever happened before: its plan, who else is
//! alive, whether its ticks are frozen, which component files it runs, and what its
//! spouts do. It is told what it does not know yet.
//!
//! Order matters in two places. A worker gets its first plan only when no other works
//! by an older one, since what it sends at once, by a tick, must be understood. And spouts are told
//! last.

use stormcell_acking::WorkerIncarnation;
use stormcell_protocol::api::WorkerState;
use stormcell_protocol::control::{Assignment, Reply, Request, SpoutMode, ToWorker};

use crate::Coordinator;
use crate::operation::Operation;
use crate::requests::Standing;
use crate::worker::Swapping;

impl Coordinator {
    /// Does for each worker what is missing.
    pub(crate) fn keep_up(&mut self) {
        self.keep_processes();
        let serving: Vec<u32> = self
            .planned()
            .filter(|worker| worker.serves())
            .map(|worker| worker.id)
            .collect();
        for &id in &serving {
            self.keep_plan(id);
        }
        if !self.whole && self.all_up() && !matches!(self.operation, Operation::Stop(_)) {
            self.whole = true;
        }
        for &id in &serving {
            self.keep_peers(id);
            self.keep_frozen(id);
            self.keep_modules(id);
        }
        for &id in &serving {
            self.keep_spouts(id);
        }
    }

    /// Whether a process of this worker is to run.
    pub(crate) fn runs(&self, id: u32) -> bool {
        if !self.is_planned(id) || self.record.is_over() {
            return false;
        }
        match &self.operation {
            Operation::Stop(stop) => {
                // Who is not there has nothing to be drained, nor who has no tasks yet.
                let worker = self.workers.get(&id);
                stop.keeps_workers()
                    && worker.is_some_and(|worker| {
                        worker.may_be_alive()
                            && (worker.generation > 0 || worker.state == WorkerState::Unknown)
                    })
            }
            _ => true,
        }
    }

    /// What all spouts are to do; `None`: what they do now.
    fn spouts_wanted(&self) -> Option<SpoutMode> {
        match &self.operation {
            Operation::Stop(_) => Some(SpoutMode::Stopped),
            Operation::Rebalance(_) => Some(SpoutMode::Paused),
            Operation::Finish(finish) if finish.closes() => Some(SpoutMode::Paused),
            _ => self.whole.then(|| self.desired_spouts()),
        }
    }

    /// Whether ticks are to be frozen; `None`: as they are.
    fn frozen_wanted(&self) -> Option<bool> {
        match &self.operation {
            Operation::Rebalance(rebalance) => rebalance.frozen(),
            Operation::Stop(_) => Some(false),
            _ => self.whole.then_some(false),
        }
    }

    /// Its first plan, or the present one if it works by an older one.
    fn keep_plan(&mut self, id: u32) {
        let (now, plan) = (self.now.mono, self.record.plan.generation());
        // One that is not known yet may be behind.
        let behind = self.planned().any(|worker| {
            let unknown = worker.may_be_alive() && worker.number == 0;
            unknown || (worker.serves() && (1..plan).contains(&worker.generation))
        });
        let assignment = || {
            let submitted = &self.record.submitted;
            Box::new(Assignment {
                file: submitted.file.clone(),
                file_name: submitted.file_name.clone(),
                base_dir: submitted.base_dir.clone(),
                message_timeout: submitted.message_timeout,
                max_pending: submitted.max_pending,
                plan: self.record.plan.clone(),
                modules: self.record.modules.clone(),
                replay_only: self.record.replaying,
            })
        };
        let digests = || {
            let here = self.record.plan.tasks().iter();
            let here = here.filter(|task| task.worker == id);
            here.filter_map(|task| {
                let module = self.record.modules.components.get(&task.component)?;
                Some((task.id, module.of(task.id).to_owned()))
            })
            .collect()
        };
        if matches!(self.operation, Operation::Stop(_)) {
            return;
        }
        let Some(worker) = self.workers.get(&id) else {
            return;
        };
        let incarnation = worker.incarnation();
        if worker.generation == 0 {
            if worker.connected && !worker.told.assigned && !behind {
                let (assignment, digests) = (assignment(), digests());
                if let Some(worker) = self.workers.get_mut(&id) {
                    worker.told.assigned = true;
                    worker.digests = digests;
                }
                self.tell(incarnation, ToWorker::Assign(assignment));
            }
        } else if let Some((request, generation)) = worker.told.replanning {
            let standing = self.requests.take(request);
            let Some(worker) = self.workers.get_mut(&id) else {
                return;
            };
            match standing {
                Standing::Open => {}
                Standing::Lost => worker.told.replanning = None,
                Standing::Answered(Ok(_)) => {
                    worker.told.replanning = None;
                    worker.generation = generation;
                    // Tasks that stay run what they ran: the next heartbeat tells.
                    worker.digests.clear();
                    if generation == plan {
                        worker.works(now);
                    }
                }
                Standing::Answered(Err(why)) => {
                    self.fence(id, &format!("it could not take the new plan: {why}"));
                }
            }
        } else if worker.generation < plan && worker.connected {
            let request = Request::Replan(assignment());
            let request = self.requests.ask(incarnation, request, &mut self.out);
            if let Some(worker) = self.workers.get_mut(&id) {
                worker.told.replanning = Some((request, plan));
            }
        }
    }

    /// Who is alive and has tasks. Whoever is not named is dead to the others, so nobody
    /// is told before every worker that an earlier supervisor left is known.
    fn keep_peers(&mut self, id: u32) {
        if self
            .planned()
            .any(|worker| worker.may_be_alive() && worker.number == 0)
        {
            return;
        }
        let alive: Vec<WorkerIncarnation> = self
            .planned()
            .filter(|worker| worker.may_be_alive() && worker.generation > 0)
            .map(|worker| worker.incarnation())
            .collect();
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        let listed = worker.connected && worker.serves() && worker.generation > 0;
        if listed && worker.told.peers.as_ref() != Some(&alive) {
            worker.told.peers = Some(alive.clone());
            let incarnation = worker.incarnation();
            self.tell(incarnation, ToWorker::Peers { alive });
        }
    }

    fn keep_frozen(&mut self, id: u32) {
        let wanted = self.frozen_wanted();
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        if let Some((request, frozen)) = worker.told.freezing {
            match self.requests.take(request) {
                Standing::Open => return,
                Standing::Lost => {}
                Standing::Answered(Ok(_)) => worker.told.frozen = Some(frozen),
                Standing::Answered(Err(why)) => {
                    self.fence(id, &format!("it could not freeze its ticks: {why}"));
                    return;
                }
            }
            worker.told.freezing = None;
        }
        let Some(frozen) = wanted.filter(|_| worker.connected && worker.generation > 0) else {
            return;
        };
        if worker.told.frozen != Some(frozen) {
            let request = Request::Freeze { frozen };
            let incarnation = worker.incarnation();
            let request = self.requests.ask(incarnation, request, &mut self.out);
            worker.told.freezing = Some((request, frozen));
        }
    }

    /// The component files of its tasks.
    fn keep_modules(&mut self, id: u32) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        if let Some((request, swap)) = worker.told.swapping.take() {
            match self.requests.take(request) {
                Standing::Open => {
                    worker.told.swapping = Some((request, swap));
                    return;
                }
                // It was done or not: the next heartbeat tells.
                Standing::Lost => worker.digests.clear(),
                Standing::Answered(Ok(reply)) => {
                    if !worker.digests.is_empty() {
                        let ran = swap.tasks.iter().map(|&task| (task, swap.digest.clone()));
                        worker.digests.extend(ran);
                    }
                    if let Reply::Swapped { pauses_us } = reply {
                        self.swapped(&swap, &pauses_us);
                    }
                }
                Standing::Answered(Err(why)) => self.swap_refused(id, &swap, &why),
            }
        }
        let swaps = match &self.operation {
            Operation::None | Operation::Deploy(_) => true,
            Operation::Finish(finish) => !finish.closes(),
            Operation::Rebalance(_) | Operation::Stop(_) => false,
        };
        let Some(worker) = self.workers.get(&id) else {
            return;
        };
        if !swaps || !worker.is_up() || !worker.connected || worker.digests.is_empty() {
            return;
        }
        let incarnation = worker.incarnation();
        let Some(swap) = self.missing_swap(id) else {
            return;
        };
        let request = Request::Swap {
            component: swap.component.clone(),
            digest: swap.digest.clone(),
            tasks: swap.tasks.clone(),
        };
        let request = self.requests.ask(incarnation, request, &mut self.out);
        if let Some(worker) = self.workers.get_mut(&id) {
            worker.told.swapping = Some((request, swap));
        }
    }

    /// The first component of which tasks in this worker run another file than the
    /// record says.
    fn missing_swap(&self, id: u32) -> Option<Swapping> {
        let worker = self.workers.get(&id)?;
        let mut missing: Option<Swapping> = None;
        for task in self.record.plan.tasks() {
            if task.worker != id {
                continue;
            }
            let Some(module) = self.record.modules.components.get(&task.component) else {
                continue;
            };
            let wanted = module.of(task.id);
            if worker.digests.get(&task.id).map(String::as_str) == Some(wanted) {
                continue;
            }
            let swap = missing.get_or_insert_with(|| Swapping {
                component: task.component.clone(),
                digest: wanted.to_owned(),
                tasks: Vec::new(),
            });
            if swap.component == task.component && swap.digest == wanted {
                swap.tasks.push(task.id);
            }
        }
        missing
    }

    fn keep_spouts(&mut self, id: u32) {
        let Some(mode) = self.spouts_wanted() else {
            return;
        };
        let stopping = mode == SpoutMode::Stopped;
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        let ready = worker.is_up() || (stopping && worker.serves() && worker.generation > 0);
        // A worker that has not its tasks yet has its spouts paused, and keeps them so.
        let pauses = mode == SpoutMode::Paused && worker.serves() && worker.generation > 0;
        if worker.connected && (ready || pauses) && worker.told.spouts != Some(mode) {
            worker.told.spouts = Some(mode);
            let incarnation = worker.incarnation();
            self.tell(incarnation, ToWorker::Spouts { mode });
        }
    }
}
