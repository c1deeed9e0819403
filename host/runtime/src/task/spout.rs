//! The task of a spout: asks its instance for rows, opens a tree for each tracked
//! one, and tells what became of them.
//!
//! The loop never blocks on others: it stops asking for rows while the limit of
//! pending rows is reached or a component farther down has enough to do
//! ([`crate::pacing`]), and goes on telling and replaying meanwhile.

mod emit;
mod rest;
mod settle;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{FailReason, Fold, Settled};
use stormcell_protocol::control::SpoutMode;
use stormcell_sandbox::{CallError, CloseReason, Fault, SpoutInstance};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::calls::timed;
use super::linger::Linger;
use super::payload::{Payloads, Replays};
use super::restart::{Streak, another, describe, first};
use super::{Definition, Exchange, SpoutCommand, TaskParts, Wires};
use crate::error::RunError;
use crate::finish::{Finish, SpoutState};
use crate::pacing::Pacer;
use crate::tracker::Tracker;
use rest::Rest;

/// How long a spout rests after an error of its own; twice as long after each
/// further one.
const ERROR_REST: Duration = Duration::from_millis(100);
/// The longest rest after an error.
const LONGEST_ERROR_REST: Duration = Duration::from_secs(5);
/// How many errors of `next` in a row end the topology.
const ERRORS_IN_A_ROW: u32 = 12;

/// How a spout task is set up.
pub(crate) struct SpoutSetup {
    pub(crate) tracker: Arc<Tracker>,
    pub(crate) pacer: Pacer,
    pub(crate) commands: mpsc::UnboundedReceiver<SpoutCommand>,
    pub(crate) finish: Arc<Finish>,
    /// Whether trees are tracked at all.
    pub(crate) acking: bool,
    pub(crate) message_timeout: Option<Duration>,
    pub(crate) max_replays: u32,
}

/// A task of a spout, prepared.
pub(crate) struct SpoutTask {
    parts: TaskParts,
    setup: SpoutSetup,
    instance: SpoutInstance,
    payloads: Payloads,
    replays: Replays,
    streak: Streak,
    /// Errors of `next` since the last good call of it.
    errors: u32,
    /// The source has ended and no failed row may make it go on.
    ended: bool,
    /// What it is to do.
    mode: SpoutMode,
    /// Whether the instance was told that it is active.
    active: bool,
    /// How it stands, as far as others have been told.
    state: SpoutState,
    /// Not to be asked for rows before.
    rest_until: Instant,
    rest: Rest,
    rotate_at: Option<Instant>,
    settled: Vec<Settled>,
    acked: Vec<u64>,
    failed: Vec<u64>,
    /// Which other workers the rows of one emission went to.
    touched: Fold,
    /// What was sent for the rows of one emission.
    sent: Fold,
    linger: Linger,
}

async fn instance(definition: &Definition) -> Result<SpoutInstance, CallError> {
    definition.component.spout(&definition.spec).await
}

impl SpoutTask {
    /// Makes and prepares the instance. It is paused.
    pub(crate) async fn prepare(parts: TaskParts, setup: SpoutSetup) -> Result<Self, RunError> {
        let instance = first(&parts.definition, instance).await?;
        setup.finish.join();
        let now = Instant::now();
        Ok(Self {
            rotate_at: setup.message_timeout.map(|timeout| now + timeout),
            parts,
            setup,
            instance,
            payloads: Payloads::default(),
            replays: Replays::default(),
            streak: Streak::default(),
            errors: 0,
            ended: false,
            mode: SpoutMode::Paused,
            active: false,
            state: SpoutState::default(),
            rest_until: now,
            rest: Rest::default(),
            settled: Vec::new(),
            acked: Vec::new(),
            failed: Vec::new(),
            touched: Fold::new(),
            sent: Fold::new(),
            linger: Linger::default(),
        })
    }

    /// Works until it is closed.
    pub(crate) async fn run(mut self) -> Result<(), RunError> {
        let result = self.work().await;
        self.setup.finish.leave(self.state);
        result
    }

    async fn work(&mut self) -> Result<(), RunError> {
        loop {
            while let Ok(command) = self.setup.commands.try_recv() {
                if self.obey(command).await? {
                    return Ok(());
                }
            }
            self.rotate();
            self.tell().await?;
            self.emit_more().await?;
            self.report_state();
            match self.hindrance(Instant::now()) {
                Some(hindrance) if !self.has_settled() => {
                    if self.linger.again().await {
                        continue;
                    }
                    if let Some(command) = self.wait(hindrance).await
                        && self.obey(command).await?
                    {
                        return Ok(());
                    }
                }
                // Others have work, too; a guest's call rarely yields by itself.
                _ => {
                    self.linger.worked();
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// Carries out a command. True: the task has ended.
    async fn obey(&mut self, command: SpoutCommand) -> Result<bool, RunError> {
        match command {
            SpoutCommand::Mode(mode) => self.set_mode(mode).await?,
            SpoutCommand::Abandon => self.abandon().await?,
            SpoutCommand::Rewire(wires, tracker, done) => {
                // Nothing should be in flight; if something is, it is emitted again.
                self.abandon().await?;
                self.rewire(*wires);
                self.setup.tracker = tracker;
                let _ = done.send(());
            }
            SpoutCommand::Exchange(exchange, done) => {
                let _ = done.send(self.exchange(*exchange).await);
            }
            SpoutCommand::Close(reason, done) => {
                self.close(reason).await;
                let _ = done.send(());
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn set_mode(&mut self, mode: SpoutMode) -> Result<(), RunError> {
        self.mode = mode;
        if mode == SpoutMode::Stopped {
            let dropped = self.replays.clear();
            self.parts.definition.reporter.metrics.failed.add(dropped);
        }
        let active = match mode {
            SpoutMode::Active => true,
            SpoutMode::Inactive | SpoutMode::Stopped => false,
            SpoutMode::Paused => self.active,
        };
        if active == self.active {
            return Ok(());
        }
        self.active = active;
        let metrics = self.parts.definition.reporter.metrics.clone();
        if active {
            let result = timed(&metrics, self.instance.activate()).await;
            self.after_call(result.map(drop), "activate").await
        } else {
            let result = timed(&metrics, self.instance.deactivate()).await;
            self.after_call(result.map(drop), "deactivate").await
        }
    }

    /// Fails what is in flight.
    async fn abandon(&mut self) -> Result<(), RunError> {
        self.setup.tracker.lock().fail_all(FailReason::Stopped);
        self.tell().await
    }

    async fn close(&mut self, reason: CloseReason) {
        let metrics = self.parts.definition.reporter.metrics.clone();
        if let Err(error) = timed(&metrics, self.instance.close(reason)).await {
            self.parts.definition.reporter.error(&format!(
                "close failed: {}",
                super::restart::explain(&error)
            ));
        }
    }

    fn rewire(&mut self, wires: Wires) {
        let trackers = Arc::clone(&wires.trackers);
        self.parts.router.rewire(wires.streams, wires.trackers);
        self.parts.trackers = trackers;
        self.setup.pacer = wires.pacer;
    }

    /// Goes on with another component. The old instance is closed before the new one
    /// is prepared: both would read the same source and the same notes of how far
    /// they came. Rows in flight stay in flight; the new instance is told what
    /// becomes of them. If it cannot be prepared, the task goes on as before, with a
    /// new instance of the old component.
    async fn exchange(&mut self, exchange: Exchange) -> Result<Duration, RunError> {
        let start = Instant::now();
        if self.active {
            let metrics = self.parts.definition.reporter.metrics.clone();
            let result = timed(&metrics, self.instance.deactivate()).await;
            self.after_call(result.map(drop), "deactivate").await?;
        }
        self.close(CloseReason::Stopped).await;
        let made = first(&exchange.definition, instance).await;
        let result = match made {
            Ok(instance) => {
                self.instance = instance;
                let reporter = exchange.definition.reporter.clone();
                self.parts.definition = exchange.definition;
                self.parts.router.set_reporter(reporter);
                self.rewire(exchange.wires);
                Ok(())
            }
            Err(error) => {
                self.instance = first(&self.parts.definition, instance).await?;
                Err(error)
            }
        };
        self.streak = Streak::default();
        self.ended = false;
        self.errors = 0;
        if self.active {
            let result = self.instance.activate().await;
            self.after_call(result.map(drop), "activate").await?;
        }
        result.map(|()| start.elapsed())
    }

    /// Whether rows have settled of which nobody has been told. Rows may settle
    /// while they are sent (nobody reads them, or their last task is faster than this
    /// one) or when an instance is replaced: no bell is rung for these.
    fn has_settled(&self) -> bool {
        self.setup.tracker.lock().settled() > 0
    }

    /// Deals with an error of a call.
    async fn after_call(
        &mut self,
        result: Result<(), CallError>,
        name: &str,
    ) -> Result<(), RunError> {
        match result {
            Ok(()) => Ok(()),
            Err(CallError::Returned(reason)) => {
                self.parts
                    .definition
                    .reporter
                    .error(&format!("{name} failed: {reason}"));
                let rest = ERROR_REST * 2u32.saturating_pow(self.errors);
                self.rest_until = Instant::now() + rest.min(LONGEST_ERROR_REST);
                if name != "next" {
                    return Ok(());
                }
                self.errors += 1;
                if self.errors < ERRORS_IN_A_ROW {
                    return Ok(());
                }
                Err(RunError::GivenUp {
                    component: self.parts.definition.spec.component.clone(),
                    task: self.parts.definition.spec.task,
                    faults: self.errors,
                    reason,
                })
            }
            Err(CallError::Fault(fault)) => self.replace(&fault, name).await,
        }
    }

    /// Throws the instance away and makes another. The rows that the old one
    /// tracked itself fail: the new one is told of them, and knows what to emit
    /// again if its ids say so. Those that the host replays are not touched.
    async fn replace(&mut self, fault: &Fault, name: &str) -> Result<(), RunError> {
        self.parts
            .definition
            .reporter
            .error(&format!("{name} failed: {}", describe(fault)));
        self.streak.give_up(&self.parts.definition, fault)?;
        self.parts.definition.reporter.counts.fault();
        self.instance = another(&self.parts.definition, &mut self.streak, instance).await?;
        if self.active
            && let Err(error) = self.instance.activate().await
        {
            let what = super::restart::explain(&error);
            self.parts
                .definition
                .reporter
                .error(&format!("activate failed: {what}"));
        }
        let mut ledger = self.setup.tracker.lock();
        let roots: Vec<_> = ledger
            .iter()
            .filter(|pending| self.payloads.is_id(pending.root))
            .map(|pending| pending.root)
            .collect();
        for root in roots {
            ledger.fail(root, FailReason::SpoutRestarted);
        }
        Ok(())
    }

    /// Says how the task stands when that has changed.
    fn report_state(&mut self) {
        let quiet = self.ended || self.mode != SpoutMode::Active;
        let settled = quiet && self.replays.is_empty() && {
            let ledger = self.setup.tracker.lock();
            ledger.pending() == 0 && ledger.settled() == 0
        };
        let state = SpoutState {
            ended: self.ended,
            settled,
            finished: settled && (self.ended || self.mode == SpoutMode::Stopped),
        };
        if state != self.state {
            self.setup.finish.change(self.state, state);
            self.state = state;
        }
    }
}
