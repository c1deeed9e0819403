//! The task of a spout: asks its instance for rows, opens a tree for each tracked
//! one, and tells what became of them.
//!
//! The loop never blocks on others: it stops asking for rows while the limit of
//! pending rows is reached or a component farther down has enough to do
//! ([`crate::pacing`]), and goes on telling and replaying meanwhile.

mod emit;
mod faults;
mod rest;
mod settle;
mod wait;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{FailReason, Fold, Settled};
use stormcell_protocol::control::SpoutMode;
use stormcell_sandbox::{CallError, CloseReason, SpoutInstance};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::calls::timed;
use super::failing::Later;
use super::failing::own::{self, OwnRows};
use super::linger::Linger;
use super::payload::{Payloads, Replayable, Replays};
use super::restart::{Restarts, first};
use super::{Definition, Exchange, SpoutCommand, TaskParts, Wires};
use crate::account::Account;
use crate::call_size::CallSize;
use crate::error::RunError;
use crate::finish::{Finish, SpoutState};
use crate::holders::Holders;
use crate::pacing::Pacer;
use crate::tracker::Tracker;
use rest::Rest;

/// How a spout task is set up.
pub(crate) struct SpoutSetup {
    pub(crate) tracker: Arc<Tracker>,
    /// What its pending rows are charged to.
    pub(crate) account: Arc<Account>,
    pub(crate) pacer: Pacer,
    /// Who may hold its rows.
    pub(crate) holders: Holders,
    pub(crate) commands: mpsc::UnboundedReceiver<SpoutCommand>,
    pub(crate) finish: Arc<Finish>,
    /// Whether trees are tracked at all.
    pub(crate) acking: bool,
    pub(crate) message_timeout: Option<Duration>,
    pub(crate) max_replays: u32,
    /// How often rows may fail that it has ids of its own for.
    pub(crate) own_rows: own::Limits,
    /// How often in a row the same exception may fail a row where that is certain.
    pub(crate) same_exceptions: Option<u32>,
    /// The bolts of which that is certain.
    pub(crate) repeatable: Arc<BTreeSet<String>>,
    /// It only emits dead letters: no instance is made, and its source counts as ended.
    pub(crate) replay_only: bool,
}

/// A task of a spout, prepared.
pub(crate) struct SpoutTask {
    parts: TaskParts,
    setup: SpoutSetup,
    /// `None`: the task is quarantined, an instance is being made, or the task only emits
    /// dead letters.
    instance: Option<SpoutInstance>,
    payloads: Payloads,
    replays: Replays,
    /// Failed rows that rest before they are emitted again.
    resting: Later<Replayable, Instant>,
    /// Ids of failed rows of which the spout is told after a while.
    resting_ids: Later<u64, Instant>,
    /// The ids of rows that have failed.
    own: OwnRows<Replayable>,
    restarts: Restarts,
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
    /// How many rows the next call is asked for.
    size: CallSize,
    /// Who waits until it is closed.
    closed: Option<oneshot::Sender<()>>,
}

async fn instance(definition: &Definition) -> Result<SpoutInstance, CallError> {
    definition.component.spout(&definition.spec).await
}

impl SpoutTask {
    /// Makes and prepares the instance. It is paused.
    pub(crate) async fn prepare(parts: TaskParts, setup: SpoutSetup) -> Result<Self, RunError> {
        let instance = match setup.replay_only {
            true => None,
            false => Some(first(&parts.definition, instance).await?),
        };
        setup.finish.join();
        let now = Instant::now();
        Ok(Self {
            restarts: Restarts::new(parts.definition.restart),
            rotate_at: setup.message_timeout.map(|timeout| now + timeout),
            payloads: Payloads::charged_to(&setup.account),
            parts,
            instance,
            replays: Replays::default(),
            resting: Later::default(),
            resting_ids: Later::default(),
            own: OwnRows::default(),
            errors: 0,
            ended: setup.replay_only,
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
            size: CallSize::new(crate::SPOUT_ROWS),
            closed: None,
            setup,
        })
    }

    /// Works until it is closed.
    pub(crate) async fn run(mut self) -> Result<(), RunError> {
        let result = self.work().await;
        self.setup.finish.leave(self.state);
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
        loop {
            while let Ok(command) = self.setup.commands.try_recv() {
                if self.obey(command).await? {
                    return Ok(());
                }
            }
            self.rotate().await;
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
            SpoutCommand::Emit(row) => Box::pin(self.emit_replayed(*row)).await,
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
                self.closed = Some(done);
                self.close(reason).await;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn set_mode(&mut self, mode: SpoutMode) -> Result<(), RunError> {
        self.mode = mode;
        if mode != SpoutMode::Active {
            self.end_rest().await?;
        }
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
        match active {
            true => self.activate().await,
            false => self.deactivate().await,
        }
    }

    async fn activate(&mut self) -> Result<(), RunError> {
        let Some(instance) = &mut self.instance else {
            return Ok(());
        };
        let metrics = &self.parts.definition.reporter.metrics;
        let result = timed(metrics, instance.activate()).await;
        self.after_call(result.map(drop), "activate").await
    }

    async fn deactivate(&mut self) -> Result<(), RunError> {
        let Some(instance) = &mut self.instance else {
            return Ok(());
        };
        let metrics = &self.parts.definition.reporter.metrics;
        let result = timed(metrics, instance.deactivate()).await;
        self.after_call(result.map(drop), "deactivate").await
    }

    /// Fails what is in flight.
    async fn abandon(&mut self) -> Result<(), RunError> {
        self.setup.tracker.lock().fail_all(FailReason::Stopped);
        self.tell().await
    }

    async fn close(&mut self, reason: CloseReason) {
        let Some(instance) = &mut self.instance else {
            return;
        };
        let metrics = &self.parts.definition.reporter.metrics;
        if let Err(error) = timed(metrics, instance.close(reason)).await {
            let reporter = &self.parts.definition.reporter;
            reporter.call_failed("close", error.whole());
        }
    }

    fn rewire(&mut self, wires: Wires) {
        let trackers = Arc::clone(&wires.trackers);
        self.parts.router.rewire(wires.streams, wires.trackers);
        self.parts.trackers = trackers;
        self.setup.pacer = wires.pacer;
        self.setup.holders = wires.holders;
    }

    /// Goes on with another component. The old instance is closed before the new one
    /// is prepared: both would read the same source and the same notes of how far
    /// they came. Rows in flight stay in flight; the new instance is told what
    /// becomes of them. If it cannot be prepared, the task goes on as before, with a
    /// new instance of the old component.
    async fn exchange(&mut self, exchange: Exchange) -> Result<Duration, RunError> {
        let start = Instant::now();
        if self.active {
            self.deactivate().await?;
        }
        self.close(CloseReason::Stopped).await;
        let made = first(&exchange.definition, instance).await;
        let result = match made {
            Ok(instance) => {
                self.instance = Some(instance);
                let reporter = exchange.definition.reporter.clone();
                self.parts.definition = exchange.definition;
                self.parts.router.set_reporter(reporter);
                self.rewire(exchange.wires);
                Ok(())
            }
            // It goes on as it was.
            Err(error) if self.is_quarantined() => return Err(error),
            Err(error) => {
                self.instance = Some(first(&self.parts.definition, instance).await?);
                Err(error)
            }
        };
        self.restarts = Restarts::new(self.parts.definition.restart);
        self.size = CallSize::new(crate::SPOUT_ROWS);
        self.release();
        self.ended = false;
        self.errors = 0;
        if self.active {
            self.activate().await?;
        }
        result.map(|()| start.elapsed())
    }

    /// Whether rows have settled of which nobody has been told. Rows may settle
    /// while they are sent (nobody reads them, or their last task is faster than this
    /// one) or when an instance is replaced: no bell is rung for these.
    fn has_settled(&self) -> bool {
        self.setup.tracker.lock().settled() > 0
    }

    /// Says how the task stands when that has changed.
    fn report_state(&mut self) {
        let quiet = self.ended || self.mode != SpoutMode::Active;
        let rests = !self.resting.is_empty() || !self.resting_ids.is_empty();
        let settled = quiet && self.replays.is_empty() && !rests && {
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
