//! The task of a bolt: takes rows out of its mailbox, has its instance work on
//! them, and carries out what the call returns.
//!
//! What a call changes in the state of its task is stored when the call was found to be in
//! order, before anything of it is carried out: what is acked has been stored.
//!
//! A call gets as many rows as its component works on in a moment ([`crate::call_size`]). One
//! that faults, or returns an error, takes no effect. Its rows are then given again in
//! halves, and halves of halves, until the row at fault is alone: that one becomes a dead
//! letter, or fails, and all others go through ([`BoltTask::search`]). After a fault they are
//! given to new instances, and if it was one of a limit that rows use up together (of time, of
//! memory, of what a call returns), they may have been too many: they are given again in small
//! calls. A task that faults too often is
//! quarantined: it has no instance any more, and every row that it is sent fails at once,
//! so that spouts see it and other tasks may get the row ([`faults`]).

mod faults;
mod search;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stormcell_acking::{Fold, RootId};
use stormcell_batch::Lineage;
use stormcell_sandbox::{
    BoltInstance, BoltOutcome, CallError, CloseReason, Fault, FaultKind, Kept, TimeUsed,
};
use stormcell_topology::plain_text::Said;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::calls::timed;
use super::linger::Linger;
use super::outcome::{carry_out, check, cost, emitted_rows, failed_together};
use super::restart::{Restarts, first};
use super::work::Work;
use super::{BoltCommand, Definition, Exchange, TaskParts, Wires, handover};
use crate::account::Charge;
use crate::call_size::{CallSize, Grown, Used};
use crate::error::RunError;
use crate::holders::Sought;
use crate::mailbox::{Delivery, Mailbox, Most, Taken};
use crate::pacing::Pacer;
use crate::rows::{CallRows, KeptRows};
use crate::ticking::{Ticking, next_tick};
use search::Search;

/// How many bytes of values one call is given at most, if that is more than one row: 4 MiB.
const CALL_BYTES: usize = 4 << 20;

/// A task of a bolt, prepared.
pub(crate) struct BoltTask {
    parts: TaskParts,
    /// `None`: the task is quarantined, or an instance is being made.
    instance: Option<BoltInstance>,
    mailbox: Arc<Mailbox>,
    pacer: Pacer,
    tick: Option<Duration>,
    ticking: Arc<Ticking>,
    kept: KeptRows,
    fold: Fold,
    restarts: Restarts,
    linger: Linger,
    /// How many rows the next call gets.
    size: CallSize,
    /// When it ticks next.
    next_tick: Option<Instant>,
    /// Searches for rows at fault that something else came between; the last goes on first.
    searches: Vec<Search>,
    /// Who waits until it is closed.
    closed: Option<oneshot::Sender<()>>,
}

async fn instance(definition: &Definition) -> Result<BoltInstance, CallError> {
    let mut instance = definition.component.bolt(&definition.spec).await?;
    instance.commit().await?;
    Ok(instance)
}

impl BoltTask {
    /// Makes and prepares the instance.
    pub(crate) async fn prepare(
        parts: TaskParts,
        mailbox: Arc<Mailbox>,
        pacer: Pacer,
        tick: Option<Duration>,
        ticking: Arc<Ticking>,
    ) -> Result<Self, RunError> {
        let instance = Some(first(&parts.definition, instance).await?);
        Ok(Self {
            restarts: Restarts::new(parts.definition.restart),
            kept: KeptRows::charged_to(mailbox.load.queues().account()),
            parts,
            instance,
            mailbox,
            pacer,
            tick,
            ticking,
            fold: Fold::new(),
            linger: Linger::default(),
            size: CallSize::new(crate::CALL_ROWS),
            next_tick: None,
            searches: Vec::new(),
            closed: None,
        })
    }

    /// Works until it is closed.
    // Boxed, and what is rare is boxed as well: a topology may have ten thousand tasks, and
    // each keeps the room that the largest of its calls needs.
    pub(crate) async fn run(mut self: Box<Self>) -> Result<(), RunError> {
        let result = self.work().await;
        for search in self.searches.drain(..) {
            self.mailbox.done(search.in_flight);
        }
        self.mailbox.shut();
        let closed = self.closed.take();
        // It lets go of its state before anybody hears that it is closed: if it moves,
        // another process opens that next.
        drop(self);
        if let Some(closed) = closed {
            let _ = closed.send(());
        }
        result
    }

    async fn work(&mut self) -> Result<(), RunError> {
        self.next_tick = self.tick.map(|every| Instant::now() + every);
        loop {
            tokio::select! {
                biased;
                () = self.pacer.ready() => {}
                () = self.mailbox.commanded() => {}
            }
            // A search ends before other rows are worked on, but commands do not wait for it.
            let taken = match self.searches.pop() {
                Some(search) if !self.mailbox.has_commands() => {
                    self.search(search).await?;
                    tokio::task::yield_now().await;
                    self.tick_if_due().await?;
                    continue;
                }
                search => {
                    self.searches.extend(search);
                    self.mailbox.take(Most {
                        rows: self.size.rows(),
                        bytes: CALL_BYTES,
                    })
                }
            };
            match taken {
                Taken::Command(BoltCommand::Rewire(wires, done)) => {
                    self.rewire(*wires);
                    let _ = done.send(());
                }
                Taken::Command(BoltCommand::Exchange(exchange, instance, done)) => {
                    let pause = Box::pin(self.exchange(*exchange, *instance)).await?;
                    let _ = done.send(pause);
                }
                Taken::Command(BoltCommand::Holds(sought, told)) => {
                    // Whoever asked may have given up.
                    let _ = told.send(self.holds(&sought));
                }
                Taken::Rows(deliveries) => {
                    let rows = deliveries.iter().map(|d| d.batch.rows()).sum();
                    match &self.instance {
                        Some(_) => self.execute(deliveries, rows).await?,
                        None => {
                            self.refuse(deliveries);
                            self.mailbox.done(rows);
                        }
                    }
                    self.linger.worked();
                    // Others have work, too; a guest's call rarely yields by itself.
                    tokio::task::yield_now().await;
                }
                Taken::Close(reason, done) => {
                    self.closed = Some(done);
                    return Box::pin(self.close(reason)).await;
                }
                Taken::Nothing if self.linger.again().await => {}
                Taken::Nothing => match self.next_tick {
                    None => self.mailbox.arrival().await,
                    Some(at) => tokio::select! {
                        biased;
                        () = self.mailbox.arrival() => {}
                        () = sleep_until(at) => {}
                    },
                },
            }
            self.tick_if_due().await?;
        }
    }

    fn is_tick_due(&self) -> bool {
        self.next_tick.is_some_and(|at| at <= Instant::now())
    }

    async fn tick_if_due(&mut self) -> Result<(), RunError> {
        if let Some(every) = self.tick
            && self.is_tick_due()
        {
            let ticking = Arc::clone(&self.ticking);
            if let Some(_tick) = ticking.begin() {
                Box::pin(self.tick()).await?;
            }
            let due = self.next_tick;
            self.next_tick = due.map(|due| next_tick(due, every, Instant::now()));
        }
        Ok(())
    }

    fn rewire(&mut self, wires: Wires) {
        let trackers = Arc::clone(&wires.trackers);
        self.parts.router.rewire(wires.streams, wires.trackers);
        self.parts.trackers = trackers;
        self.pacer = wires.pacer;
    }

    /// Goes on with an instance of another component. The old one is closed, so that
    /// it emits what it holds; rows that it kept and has not settled even then are
    /// given to the new one. If it keeps state, another instance is prepared only then, in
    /// place of the one that has shown that it can be. Returns how long the task took no
    /// rows. A search that it came between goes on with the new one.
    async fn exchange(
        &mut self,
        exchange: Exchange,
        instance: BoltInstance,
    ) -> Result<Duration, RunError> {
        let start = Instant::now();
        self.close(CloseReason::Stopped).await?;
        let old = self.instance.replace(instance);
        let reporter = exchange.definition.reporter.clone();
        self.parts.definition = exchange.definition;
        self.parts.router.set_reporter(reporter);
        self.rewire(exchange.wires);
        self.restarts = Restarts::new(self.parts.definition.restart);
        self.size = CallSize::new(crate::CALL_ROWS);
        self.searches.iter_mut().for_each(Search::anew);
        self.release();
        drop(old);
        if self.parts.definition.spec.grants.state.is_some() {
            // What it read of the state when it was prepared may have changed since.
            self.instance = None;
            self.renew().await?;
        }
        let pause = start.elapsed();
        let again = handover::again(self.kept.clear());
        let again = again.map_err(|error| self.host_error(&error.to_string()))?;
        if !again.is_empty() {
            // They are no longer in flight.
            self.execute(again, 0).await?;
        }
        Ok(pause)
    }

    /// Has the instance work on rows; every row ends acked, kept, failed or stored as a
    /// dead letter, and so many are in flight until then.
    async fn execute(
        &mut self,
        mut deliveries: Vec<Delivery>,
        in_flight: usize,
    ) -> Result<(), RunError> {
        let held = deliveries.iter_mut().map(|delivery| delivery.held.take());
        let held = held.collect();
        let work = match Work::new(deliveries) {
            Ok(work) => work,
            // The size of a call is far below that of a column.
            Err(error) => {
                self.mailbox.done(in_flight);
                return Err(self.host_error(&error.to_string()));
            }
        };
        let metrics = &self.parts.definition.reporter.metrics;
        metrics.rows_in.add(work.rows());
        self.search(Search::new(work, in_flight, held)).await
    }

    /// Works on what is left of a call, until nothing is left. Whatever the task is told
    /// meanwhile comes first, and its tick, so that neither waits for a search; and the search
    /// ends when what is in flight is given up.
    async fn search(&mut self, mut search: Search) -> Result<(), RunError> {
        while let Some(work) = search.next(self.size.rows()) {
            if self.instance.is_none() {
                search.again(work);
                self.fail_quarantined(Work::lineage_of_all(&search.give_up()));
                break;
            }
            if let Err(error) = self.attempt(work, &mut search).await {
                self.mailbox.done(search.in_flight);
                return Err(error);
            }
            if search.is_over() {
                break;
            }
            if self.parts.abandoned.is_set() {
                self.fail_abandoned(&mut search);
            } else if self.mailbox.has_commands() || self.is_tick_due() {
                self.searches.push(search);
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
        self.tell_unexplained(&mut search);
        self.mailbox.done(search.in_flight);
        Ok(())
    }

    /// Has the instance work on the next rows of a call. If that goes wrong, and the row at
    /// fault is not found by it, they are left to be tried in smaller calls.
    async fn attempt(&mut self, mut work: Work, search: &mut Search) -> Result<(), RunError> {
        let fault = match self.call(&work, search).await {
            Ok(again) => {
                self.restarts.good();
                let rows = again.as_ref().map_or(0, Work::rows);
                self.parts
                    .definition
                    .reporter
                    .counts
                    .rows(work.rows() - rows);
                if let Some(again) = again {
                    self.after_lack(again, work.rows(), search);
                }
                return Ok(());
            }
            Err(CallError::Returned(reason)) => {
                self.after_error(work, reason, search);
                return Ok(());
            }
            Err(CallError::Fault(fault)) => fault,
        };
        work.faulted();
        self.size.went_wrong(work.rows(), Some(fault.kind));
        if fault.kind == FaultKind::State {
            // It is no fault of a row: smaller calls would fare no better.
            self.fail_unstored(&work, &fault);
            return Box::pin(self.replace(&fault, true)).await;
        }
        let found = self.is_at_fault(&work, &fault);
        if found {
            search.found = true;
            self.size.was_one_row(fault.kind);
            Box::pin(self.give_up_row(&work, &fault)).await;
        } else if work.rows() == 1 {
            search.again(work);
        } else {
            search.went_wrong(work.rows(), true, || fault.whole());
            match fault.kind.is_of_all_rows() {
                true => search.again_in_small_calls(work, self.size.rows()),
                false => search.again_in_halves(work),
            }
        }
        let costs = search.cost.costs(found);
        Box::pin(self.replace(&fault, costs)).await
    }

    /// A call went well but for these rows, which it failed when it had no memory left. Alone, or
    /// with fewer others, they may go well.
    fn after_lack(&mut self, again: Work, of: usize, search: &mut Search) {
        let kind = FaultKind::Memory;
        self.size.went_wrong(of, Some(kind));
        search.went_wrong(of, false, || {
            let limit = self.parts.definition.spec.limits.memory;
            Said::new(format_args!(
                "the component needed more memory than its {limit} bytes (limits.memory) for \
                 all of them together, and failed {} of them",
                again.rows()
            ))
        });
        search.again_in_small_calls(again, self.size.rows());
    }

    /// A call has returned an error, which is one of a row that cannot be told from the
    /// others: its instance goes on.
    fn after_error(&mut self, work: Work, reason: Said, search: &mut Search) {
        self.restarts.good();
        self.size.went_wrong(work.rows(), None);
        if work.rows() > 1 {
            search.went_wrong(work.rows(), false, || reason);
            return search.again_in_halves(work);
        }
        search.found = true;
        self.parts.definition.reporter.counts.rows(1);
        self.fail_all(&CallRows::new(0, work.lineage()), &reason);
    }

    /// One call. If it does not go well, it had no effect. Returns the rows that are to be tried
    /// again.
    async fn call(&mut self, work: &Work, search: &mut Search) -> Result<Option<Work>, CallError> {
        let first = self.kept.handles(work.rows());
        let batches = work.batches(first);
        let Some(instance) = &mut self.instance else {
            unreachable!("a quarantined task calls nothing");
        };
        let definition = &self.parts.definition;
        let metrics = &definition.reporter.metrics;
        let before = instance.memory();
        let lineage = Arc::new(work.lineage());
        self.mailbox.works_on(Some(&lineage));
        let result = timed(metrics, instance.execute(&batches)).await;
        self.mailbox.works_on(None);
        let outcome = result?;
        let TimeUsed { computed, waited } = instance.time_used();
        let used = Used {
            computed,
            waited,
            rows: emitted_rows(&outcome),
            bytes: cost(&outcome),
            memory: Grown {
                before,
                after: instance.memory(),
            },
        };
        let mut call = CallRows::new(first, Arc::unwrap_or_clone(lineage));
        let again = match instance.lacked_memory() && !outcome.failed.is_empty() {
            true if work.rows() == 1 => {
                search.found = true;
                self.size.was_one_row(FaultKind::Memory);
                Vec::new()
            }
            true => failed_together(&outcome, &call),
            false => Vec::new(),
        };
        let positions = again.iter().filter_map(|row| call.position(*row));
        let positions: Vec<usize> = positions.collect();
        let left = work.only(&positions);
        let again = if left.is_some() { &again[..] } else { &[] };
        if left.is_none() {
            let limits = &definition.spec.limits;
            self.size.went_well(work.rows(), used, limits);
        }
        if outcome.kept == Kept::None {
            self.take(outcome, again, &mut call).await?;
            return Ok(left);
        }
        // Taken for certain before anything has an effect, and then exactly.
        let room = self.room_to_keep(&outcome, &call, work)?;
        self.take(outcome, again, &mut call).await?;
        let account = self.mailbox.load.queues().account();
        if let Err(error) = self.kept.keep_values(first, work.values(), account) {
            let what = format!("the values of kept rows: {error}");
            self.parts.definition.reporter.error(&what);
        }
        drop(room);
        Ok(left)
    }

    /// Room for what a call returned, until it is sent.
    fn room_to_send(&self, outcome: &BoltOutcome, output_bytes: u64) -> Result<Charge, Fault> {
        let account = self.mailbox.load.queues().account();
        let cost = cost(outcome);
        account.returned(cost, output_bytes).map_err(|full| {
            Fault::new(
                FaultKind::RowMemory,
                format!(
                    "what it returned takes {cost} bytes until it is sent, but {full}. Other \
                     tasks of the component have returned more that is not sent yet"
                ),
            )
        })
    }

    /// Room for the rows that a call keeps.
    fn room_to_keep(
        &self,
        outcome: &BoltOutcome,
        call: &CallRows,
        work: &Work,
    ) -> Result<Charge, Fault> {
        let (rows, branches) = match &outcome.kept {
            Kept::None => (0, 0),
            Kept::All => (
                call.len(),
                (0..call.len()).map(|at| call.branches(at)).sum(),
            ),
            Kept::These(handles) => {
                let positions = handles.iter().filter_map(|handle| call.position(*handle));
                (handles.len(), positions.map(|at| call.branches(at)).sum())
            }
        };
        let cost = KeptRows::cost(rows, branches) + work.cost();
        let account = self.mailbox.load.queues().account();
        account.take(cost).map_err(|full| {
            Fault::new(
                FaultKind::RowMemory,
                format!(
                    "it keeps {} rows, and would keep {rows} more, but {full}",
                    self.kept.len()
                ),
            )
        })
    }

    /// Carries out what a call returned, if it is in order. Rows that it fails and that are to be
    /// tried `again` stay as they are.
    async fn take(
        &mut self,
        outcome: BoltOutcome,
        again: &[u32],
        call: &mut CallRows,
    ) -> Result<(), Fault> {
        let output_bytes = self.parts.definition.spec.limits.output_bytes;
        // To send it may take as long as a custom grouping does.
        let _returned = self.room_to_send(&outcome, output_bytes)?;
        check(&outcome, call, &self.kept, output_bytes)?;
        if let Some(instance) = &mut self.instance {
            instance.commit().await?;
        }
        carry_out(
            outcome,
            again,
            call,
            &mut self.kept,
            &mut self.parts.router,
            &self.parts.trackers,
            &mut self.fold,
        )
        .await;
        self.kept.settle();
        Ok(())
    }

    /// Which of these trees the rows are of that it keeps or is about to try again.
    fn holds(&self, sought: &Sought) -> Vec<u64> {
        let mut held = Vec::new();
        let searched = self.searches.iter().flat_map(Search::left);
        for lineage in searched.flat_map(Work::lineages) {
            sought.among(lineage, |root| held.push(root));
        }
        held.extend(
            self.kept
                .roots()
                .filter(|root| sought.has(*root))
                .map(RootId::to_bits),
        );
        held.sort_unstable();
        held.dedup();
        held
    }

    async fn tick(&mut self) -> Result<(), RunError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_micros() as u64);
        let Some(instance) = &mut self.instance else {
            return Ok(());
        };
        let metrics = &self.parts.definition.reporter.metrics;
        let result = timed(metrics, instance.tick(now)).await;
        self.without_rows(result, "tick").await
    }

    async fn close(&mut self, reason: CloseReason) -> Result<(), RunError> {
        let Some(instance) = &mut self.instance else {
            return Ok(());
        };
        let metrics = &self.parts.definition.reporter.metrics;
        let result = timed(metrics, instance.close(reason)).await;
        // The instance has ended, whatever it came to.
        self.carried_out(result, "close").await;
        Ok(())
    }

    /// What a call without rows returned.
    async fn without_rows(
        &mut self,
        result: Result<BoltOutcome, CallError>,
        name: &str,
    ) -> Result<(), RunError> {
        match self.carried_out(result, name).await {
            None => Ok(()),
            Some(fault) => self.replace(&fault, true).await,
        }
    }

    /// Carries out what a call without rows returned, and says if it failed. Returns a fault,
    /// which has cost the instance.
    async fn carried_out(
        &mut self,
        result: Result<BoltOutcome, CallError>,
        name: &str,
    ) -> Option<Fault> {
        let fault = match result {
            Ok(outcome) => {
                let mut call = CallRows::new(0, Lineage::Untracked { rows: 0 });
                self.take(outcome, &[], &mut call).await.err()?
            }
            Err(CallError::Returned(reason)) => {
                self.parts.definition.reporter.call_failed(name, reason);
                return None;
            }
            Err(CallError::Fault(fault)) => fault,
        };
        let reporter = &self.parts.definition.reporter;
        reporter.call_failed(name, fault.whole());
        Some(fault)
    }

    fn host_error(&self, reason: &str) -> RunError {
        RunError::Host {
            component: self.parts.definition.spec.component.clone(),
            task: self.parts.definition.spec.task,
            reason: reason.to_owned(),
        }
    }
}
