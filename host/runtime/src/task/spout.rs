//! The task of a spout: asks its instance for rows, opens a tree for each tracked
//! one, and tells what became of them.
//!
//! The loop never blocks on others: it stops asking for rows while the limit of
//! pending rows is reached or a component farther down has enough to do
//! ([`crate::pacing`]), and goes on telling and replaying meanwhile.

mod emit;
mod settle;
mod wait;

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{FailReason, Settled};
use stormcell_sandbox::{CallError, CloseReason, Fault, SpoutInstance};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::calls::timed;
use super::payload::{Payloads, Replays};
use super::restart::{Streak, another, describe, first};
use super::{Definition, TaskParts};
use crate::error::RunError;
use crate::finish::Finish;
use crate::pacing::Pacer;
use crate::tracker::Tracker;

/// How long a spout rests after an error of its own; twice as long after each
/// further one.
const ERROR_REST: Duration = Duration::from_millis(100);
/// The longest rest after an error.
const LONGEST_ERROR_REST: Duration = Duration::from_secs(5);
/// How many errors of `next` in a row end the topology.
const ERRORS_IN_A_ROW: u32 = 12;

/// What a spout task is told to do.
#[derive(Debug)]
pub(crate) enum SpoutCommand {
    /// Emit no more rows and replay none; what is in flight settles.
    Stop,
    /// Fail what is in flight.
    Abandon,
    /// Close, say so, and end.
    Close(CloseReason, oneshot::Sender<()>),
}

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
    /// No more rows are to be emitted, whatever the source has.
    stopped: bool,
    /// Whether the coordinator has been told that everything is settled.
    finished: bool,
    /// Not to be asked for rows before.
    rest_until: Instant,
    rotate_at: Option<Instant>,
    settled: Vec<Settled>,
    acked: Vec<u64>,
    failed: Vec<u64>,
}

async fn instance(definition: &Definition) -> Result<SpoutInstance, CallError> {
    let mut spout = definition.component.spout(&definition.spec).await?;
    spout.activate().await?;
    Ok(spout)
}

impl SpoutTask {
    /// Makes and prepares the instance, and activates it.
    pub(crate) async fn prepare(parts: TaskParts, setup: SpoutSetup) -> Result<Self, RunError> {
        let instance = first(&parts.definition, instance).await?;
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
            stopped: false,
            finished: false,
            rest_until: now,
            settled: Vec::new(),
            acked: Vec::new(),
            failed: Vec::new(),
        })
    }

    /// Works until it is closed.
    pub(crate) async fn run(mut self) -> Result<(), RunError> {
        loop {
            while let Ok(command) = self.setup.commands.try_recv() {
                if self.obey(command).await? {
                    return Ok(());
                }
            }
            self.rotate();
            self.tell().await?;
            self.emit_more().await?;
            self.report_finished();
            match self.hindrance(Instant::now()) {
                Some(hindrance) if !self.has_settled() => {
                    if let Some(command) = self.wait(hindrance).await
                        && self.obey(command).await?
                    {
                        return Ok(());
                    }
                }
                // Others have work, too; a guest's call rarely yields by itself.
                _ => tokio::task::yield_now().await,
            }
        }
    }

    /// Carries out a command. True: the task has ended.
    async fn obey(&mut self, command: SpoutCommand) -> Result<bool, RunError> {
        match command {
            SpoutCommand::Stop => {
                self.stopped = true;
                let dropped = self.replays.clear();
                self.parts.definition.reporter.metrics.failed.add(dropped);
                let result = timed(
                    &self.parts.definition.reporter.metrics,
                    self.instance.deactivate(),
                )
                .await;
                self.after_call(result.map(drop), "deactivate").await?;
            }
            SpoutCommand::Abandon => {
                self.setup.tracker.lock().fail_all(FailReason::Stopped);
                self.tell().await?;
            }
            SpoutCommand::Close(reason, done) => {
                let result = timed(
                    &self.parts.definition.reporter.metrics,
                    self.instance.close(reason),
                )
                .await;
                if let Err(error) = result {
                    self.parts.definition.reporter.error(&format!(
                        "close failed: {}",
                        super::restart::explain(&error)
                    ));
                }
                let _ = done.send(());
                return Ok(true);
            }
        }
        Ok(false)
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
        self.instance = another(&self.parts.definition, &mut self.streak, instance).await?;
        let mut ledger = self.setup.tracker.lock();
        let roots: Vec<_> = ledger
            .iter()
            .filter(|pending| self.payloads.is_id(pending.slot))
            .map(|pending| pending.root)
            .collect();
        for root in roots {
            ledger.fail(root, FailReason::SpoutRestarted);
        }
        Ok(())
    }

    /// Tells the coordinator when nothing is left to do, and when that changes.
    fn report_finished(&mut self) {
        let finished = (self.ended || self.stopped) && self.replays.is_empty() && {
            let ledger = self.setup.tracker.lock();
            ledger.pending() == 0 && ledger.settled() == 0
        };
        if finished != self.finished {
            self.finished = finished;
            self.setup.finish.spout(finished);
        }
    }
}
