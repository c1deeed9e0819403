//! The task of a spout: asks its instance for rows, opens a tree for each tracked
//! one, and tells what became of them.
//!
//! The loop never blocks on others: it stops asking for rows while the limit of
//! pending rows is reached or a component farther down has enough to do
//! ([`crate::pacing`]), and goes on telling and replaying meanwhile.

use std::sync::Arc;
use std::time::Duration;

use stormcell_acking::{FailReason, Outcome, RootId, Settled};
use stormcell_sandbox::{
    CallError, CloseReason, Fault, SpoutEmission, SpoutInstance, SpoutOutcome, Tracking,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::calls::timed;
use super::payload::{Emitted, Payload, Payloads, Replayable, Replays};
use super::restart::{Streak, another, describe, first};
use super::{Definition, TaskParts};
use crate::error::RunError;
use crate::finish::Finish;
use crate::pacing::Pacer;
use crate::router::{FromSpout, Unanchored};
use crate::tracker::Tracker;

/// The longest time between two calls of `next` of a spout that has nothing.
const LONGEST_IDLE: Duration = Duration::from_secs(1);
/// How long a spout rests after an error of its own.
const ERROR_REST: Duration = Duration::from_millis(100);

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
            if self.can_emit(Instant::now()) {
                // Others have work, too; a guest's call rarely yields by itself.
                tokio::task::yield_now().await;
            } else if let Some(command) = self.wait().await
                && self.obey(command).await?
            {
                return Ok(());
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

    /// Whether rows may be emitted right now.
    fn can_emit(&self, now: Instant) -> bool {
        !self.stopped
            && (!self.replays.is_empty() || (!self.ended && self.rest_until <= now))
            && self.setup.tracker.lock().room() > 0
            && self.setup.pacer.held_back_by().is_none()
    }

    /// Waits for whatever may change that.
    async fn wait(&mut self) -> Option<SpoutCommand> {
        let now = Instant::now();
        let far = now + Duration::from_secs(3600);
        let wants_to_emit = !self.stopped && (!self.replays.is_empty() || !self.ended);
        let resting = wants_to_emit && self.rest_until > now && self.replays.is_empty();
        let held_back = wants_to_emit && self.setup.pacer.held_back_by().is_some();
        let rest = if resting { self.rest_until } else { far };
        let rotate = self.rotate_at.unwrap_or(far);
        tokio::select! {
            command = self.setup.commands.recv() => command,
            () = self.setup.tracker.settled() => None,
            () = self.setup.pacer.ready(), if held_back => None,
            () = sleep_until(rest), if resting => None,
            () = sleep_until(rotate) => None,
        }
    }

    /// Lets rows time out that have been pending for too long.
    fn rotate(&mut self) {
        if let (Some(timeout), Some(at)) = (self.setup.message_timeout, self.rotate_at)
            && at <= Instant::now()
        {
            self.setup.tracker.lock().rotate();
            self.rotate_at = Some(Instant::now() + timeout);
        }
    }

    /// Tells the spout which of its rows have settled, and queues those that the
    /// host replays.
    async fn tell(&mut self) -> Result<(), RunError> {
        self.settled.clear();
        self.setup.tracker.lock().take_settled(&mut self.settled);
        if self.settled.is_empty() {
            return Ok(());
        }
        self.acked.clear();
        self.failed.clear();
        let (mut acked, mut given_up) = (0, 0);
        let mut last_reason = None;
        for settled in &self.settled {
            let payload = self.payloads.take(settled.slot);
            match (settled.outcome, payload) {
                (Outcome::Acked, payload) => {
                    acked += 1;
                    if let Some(Payload::Id(id)) = payload {
                        self.acked.push(id);
                    }
                }
                (Outcome::Failed(reason), payload) => {
                    if reason == FailReason::TimedOut {
                        self.parts.definition.reporter.metrics.timed_out.add(1);
                    }
                    match payload {
                        Some(Payload::Id(id)) => self.failed.push(id),
                        Some(Payload::Replay(row))
                            if row.replays < self.setup.max_replays && !self.stopped =>
                        {
                            self.replays.push(Replayable {
                                replays: row.replays + 1,
                                ..row
                            });
                        }
                        _ => {
                            given_up += 1;
                            last_reason = Some(reason);
                        }
                    }
                }
            }
        }
        self.parts.definition.reporter.metrics.acked.add(acked);
        self.parts
            .definition
            .reporter
            .metrics
            .failed
            .add(self.failed.len() + given_up);
        if let (Some(reason), false) = (last_reason, self.stopped) {
            self.parts.definition.reporter.error(&format!(
                "rows were given up after {} replays (max-replays): the last one {reason}",
                self.setup.max_replays
            ));
        }
        if !self.acked.is_empty() {
            let result = timed(
                &self.parts.definition.reporter.metrics,
                self.instance.acked(&self.acked),
            )
            .await;
            self.after_call(result, "acked").await?;
        }
        if !self.failed.is_empty() {
            // It may have rows to emit again.
            self.ended = false;
            let result = timed(
                &self.parts.definition.reporter.metrics,
                self.instance.failed(&self.failed),
            )
            .await;
            self.after_call(result, "failed").await?;
        }
        Ok(())
    }

    /// Emits failed rows again, then asks the spout for new ones, as far as limits
    /// and pacing allow.
    async fn emit_more(&mut self) -> Result<(), RunError> {
        while !self.replays.is_empty() && self.can_emit(Instant::now()) {
            let room = self.setup.tracker.lock().room() as usize;
            let rows = self.replays.take(room.min(crate::SPOUT_ROWS));
            self.emit_again(rows).await;
        }
        if self.ended || !self.replays.is_empty() || !self.can_emit(Instant::now()) {
            return Ok(());
        }
        let room = self.setup.tracker.lock().room();
        let most = room.min(crate::SPOUT_ROWS as u32);
        let result = timed(
            &self.parts.definition.reporter.metrics,
            self.instance.next(most),
        )
        .await;
        match result {
            Ok(outcome) => self.take(outcome).await,
            Err(error) => self.after_call(Err(error), "next").await,
        }
    }

    async fn take(&mut self, outcome: SpoutOutcome) -> Result<(), RunError> {
        self.streak.end();
        self.ended = outcome.ended;
        let mut rows = 0;
        for emission in outcome.emissions {
            rows += emission.columns.rows();
            self.emit(emission).await?;
        }
        if rows == 0 && !outcome.ended {
            let idle = Duration::from_millis(outcome.idle_ms.max(1).into());
            self.rest_until = Instant::now() + idle.min(LONGEST_IDLE);
        }
        Ok(())
    }

    /// Emits new rows.
    async fn emit(&mut self, emission: SpoutEmission) -> Result<(), RunError> {
        let SpoutEmission {
            output,
            columns,
            tracking,
            direct_task,
        } = emission;
        self.setup.finish.emitted(columns.rows());
        if !self.setup.acking || tracking == Tracking::None {
            let router = &mut self.parts.router;
            router
                .send(output as usize, &columns, direct_task, &mut Unanchored)
                .await;
            // Without acking a row counts as processed when it is emitted (Storm:
            // SpoutOutputCollectorImpl with no ackers).
            if let Tracking::Ids(ids) = tracking {
                let result = timed(
                    &self.parts.definition.reporter.metrics,
                    self.instance.acked(&ids),
                )
                .await;
                self.after_call(result, "acked").await?;
            }
            return Ok(());
        }
        let emitted = Arc::new(Emitted {
            output,
            columns,
            direct_task,
        });
        let payload = |row: u32| match &tracking {
            Tracking::Ids(ids) => Payload::Id(ids[row as usize]),
            _ => Payload::Replay(Replayable {
                emitted: Arc::clone(&emitted),
                row,
                replays: 0,
            }),
        };
        self.send(&emitted, &emitted.columns, payload).await;
        Ok(())
    }

    /// Emits rows again that were emitted together.
    async fn emit_again(&mut self, rows: Vec<Replayable>) {
        let Some(first) = rows.first() else { return };
        let emitted = Arc::clone(&first.emitted);
        let positions = rows.iter().map(|row| row.row).collect();
        let Ok(columns) = emitted.columns.gather(positions) else {
            // A part of columns that fit into one is never too large.
            self.parts
                .definition
                .reporter
                .metrics
                .failed
                .add(rows.len());
            return;
        };
        self.parts
            .definition
            .reporter
            .metrics
            .replayed
            .add(rows.len());
        self.send(&emitted, &columns, |row| {
            Payload::Replay(rows[row as usize].clone())
        })
        .await;
    }

    /// Opens a tree for each row, sends the rows, and says what was sent.
    async fn send(
        &mut self,
        emitted: &Emitted,
        columns: &stormcell_batch::Columns,
        payload: impl Fn(u32) -> Payload,
    ) {
        let rows = columns.rows();
        let mut roots = Vec::with_capacity(rows);
        {
            let mut ledger = self.setup.tracker.lock();
            for row in 0..rows as u32 {
                let Some(opened) = ledger.reserve() else {
                    break;
                };
                roots.push(opened.root.to_bits());
                self.payloads.put(opened.slot, payload(row));
            }
        }
        debug_assert_eq!(
            roots.len(),
            rows,
            "no more rows are asked for than have room"
        );
        let mut sent = vec![0; rows];
        let mut descent = FromSpout {
            roots: &roots,
            sent: &mut sent,
        };
        let output = emitted.output as usize;
        self.parts
            .router
            .send(output, columns, emitted.direct_task, &mut descent)
            .await;
        let mut ledger = self.setup.tracker.lock();
        for (&root, &xor) in roots.iter().zip(&sent) {
            ledger.init(RootId::from_bits(root), xor);
        }
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
                self.rest_until = Instant::now() + ERROR_REST;
                Ok(())
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
