//! Settling: what became of rows is told to the spout, or their host replays them.

use std::sync::Arc;

use stormcell_acking::{FailReason, Outcome};
use stormcell_protocol::control::SpoutMode;
use stormcell_sandbox::CallError;
use tokio::time::Instant;

use super::SpoutTask;
use crate::error::RunError;
use crate::task::calls::timed;
use crate::task::dead_letters::{GivenUp, How};
use crate::task::failing::own::Verdict;
use crate::task::failing::{Failure, Fate, pause};
use crate::task::payload::Payload;

impl SpoutTask {
    /// Lets rows time out that have been pending for too long, and says where they are.
    pub(super) async fn rotate(&mut self) {
        let (Some(timeout), Some(at)) = (self.setup.message_timeout, self.rotate_at) else {
            return;
        };
        if at > Instant::now() {
            return;
        }
        let timed_out = Box::pin(self.setup.holders.time_out(&self.setup.tracker)).await;
        self.rotate_at = Some(Instant::now() + timeout);
        if let Some((rows, found)) = timed_out {
            self.parts.definition.reporter.error(format_args!(
                "{rows} rows timed out (message-timeout: {timeout:?}): {}",
                found.summary()
            ));
        }
    }

    /// Tells the spout which of its rows have settled, and queues those that the
    /// host replays.
    pub(super) async fn tell(&mut self) -> Result<(), RunError> {
        self.settled.clear();
        self.acked.clear();
        self.failed.clear();
        self.setup.tracker.lock().take_settled(&mut self.settled);
        let now = Instant::now();
        while let Some(id) = self.resting_ids.take(now) {
            self.failed.push(id);
        }
        if self.settled.is_empty() && self.failed.is_empty() {
            return Ok(());
        }
        let given_up = self.sort_settled(now);
        if !given_up.is_empty() {
            Box::pin(self.give_up_rows(given_up)).await;
        }
        self.tell_all().await
    }

    async fn tell_all(&mut self) -> Result<(), RunError> {
        if !self.acked.is_empty() {
            self.tell_ids(true).await?;
        }
        if !self.failed.is_empty() {
            // It may have rows to emit again, if there is anybody to emit them.
            self.ended = self.is_quarantined() || self.setup.replay_only;
            self.tell_ids(false).await?;
        }
        Ok(())
    }

    /// Rows that have rested are emitted again.
    pub(super) fn wake_rows(&mut self, now: Instant) {
        while let Some(row) = self.resting.take(now) {
            self.replays.push(row);
        }
    }

    /// Nothing rests any more: the spout emits nothing new, so that rows which fail again and
    /// again take nothing from others.
    pub(super) async fn end_rest(&mut self) -> Result<(), RunError> {
        for row in self.resting.take_all() {
            self.replays.push(row);
        }
        if self.resting_ids.is_empty() {
            return Ok(());
        }
        self.acked.clear();
        self.failed.clear();
        self.failed.extend(self.resting_ids.take_all());
        self.tell_all().await
    }

    /// Finds out whom to tell of rows that have settled, and queues those that the host
    /// replays. Returns those that are not tried any more.
    fn sort_settled(&mut self, now: Instant) -> Vec<GivenUp> {
        let rests = self.mode == SpoutMode::Active;
        let replays_more = self.mode != SpoutMode::Stopped;
        let (mut acked, mut failed, mut timed_out, mut dropped) = (0, 0, 0, 0);
        let mut given_up = Vec::new();
        let tracker = Arc::clone(&self.setup.tracker);
        let mut causes = tracker.causes();
        for settled in &self.settled {
            let rows = settled.roots.rows as usize;
            let Outcome::Failed(reason) = settled.outcome else {
                acked += rows;
                self.payloads.take(settled.roots, |payload, rows| {
                    if let Payload::Ids(ids) = payload {
                        self.acked.extend_from_slice(&ids[rows]);
                    }
                });
                continue;
            };
            if reason == FailReason::TimedOut {
                timed_out += rows;
            }
            let mut roots = settled.roots.iter().map(|root| causes.take(root));
            self.payloads.take(settled.roots, |payload, rows| {
                let causes = roots.by_ref();
                for (row, cause) in rows.zip(causes) {
                    let certain = |bolt: &str| self.setup.repeatable.contains(bolt);
                    let failure = Failure::new(reason, cause.as_deref(), certain);
                    let row = match payload {
                        Payload::Ids(ids) => {
                            let id = ids[row];
                            failed += 1;
                            match self.own.failed(id, &failure, &self.setup.own_rows) {
                                Verdict::Tell(pause) if rests && !pause.is_zero() => {
                                    self.resting_ids.put(now + pause, id);
                                }
                                Verdict::Tell(_) => self.failed.push(id),
                                Verdict::GiveUp {
                                    row,
                                    failures,
                                    certain,
                                } => given_up.push(GivenUp {
                                    row,
                                    reason,
                                    cause,
                                    how: How::Own {
                                        id,
                                        failures,
                                        certain,
                                    },
                                }),
                            }
                            continue;
                        }
                        _ => payload.replayable(row),
                    };
                    let Some(mut row) = row else { continue };
                    if !replays_more {
                        dropped += 1;
                        continue;
                    }
                    let most = self.setup.same_exceptions;
                    let pause = match row.history.failed(&failure, most) {
                        Fate::Again(pause) if row.replays < self.setup.max_replays => pause,
                        fate => {
                            let how = match fate {
                                Fate::Same(times) => How::Same(times),
                                Fate::Again(_) => How::MaxReplays,
                            };
                            given_up.push(GivenUp {
                                row,
                                reason,
                                cause,
                                how,
                            });
                            failed += 1;
                            continue;
                        }
                    };
                    row.replays += 1;
                    match rests && !pause.is_zero() {
                        true => self.resting.put(now + pause, row),
                        false => self.replays.push(row),
                    }
                }
            });
            // Nobody asks for the others.
            roots.for_each(drop);
        }
        self.payloads.settle();
        let mut emitted_again = 0;
        if !self.own.is_empty() {
            let failures = self.acked.iter().map(|id| self.own.over(*id) as usize);
            emitted_again = failures.sum();
        }
        let metrics = &self.parts.definition.reporter.metrics;
        metrics.emitted_again.add(emitted_again);
        metrics.timed_out.add(timed_out);
        metrics.acked.add(acked);
        metrics.failed.add(failed + dropped);
        given_up
    }

    /// Rows that are not tried any more. They are stored as dead letters, if that is wanted.
    /// A spout that has ids of its own is told that those which are stored are processed, as
    /// in Storm whoever puts a tuple aside acks it: told that they failed, it would emit them
    /// again. It is told so of the others.
    async fn give_up_rows(&mut self, rows: Vec<GivenUp>) {
        let definition = &self.parts.definition;
        if let Some(last) = rows.last() {
            definition.reporter.error(format_args!(
                "rows were given up, the last one: {}",
                last.text()
            ));
        }
        let stored = match &self.parts.dead_letters {
            None => 0,
            Some(letters) => {
                let (stored, result) = letters.store_emitted(definition, &rows).await;
                definition.reporter.metrics.dead_letters.add(stored);
                if let Err(reason) = result {
                    let what = format!("dead letters could not be stored: {reason}");
                    definition.reporter.error(&what);
                }
                stored
            }
        };
        let now = Instant::now();
        for (position, row) in rows.iter().enumerate() {
            let How::Own { id, failures, .. } = row.how else {
                continue;
            };
            match position < stored {
                true => self.acked.push(id),
                false => self.resting_ids.put(now + pause(failures), id),
            }
        }
    }

    /// Tells the spout of rows that it tracks. A call that faults has told nobody,
    /// so the new instance is told, once: ids that no instance can bear do not hold
    /// up the others.
    async fn tell_ids(&mut self, acked: bool) -> Result<(), RunError> {
        for again in [true, false] {
            let Some(instance) = &mut self.instance else {
                return Ok(());
            };
            let call = async {
                match acked {
                    true => instance.acked(&self.acked).await,
                    false => instance.failed(&self.failed).await,
                }
            };
            let result = timed(&self.parts.definition.reporter.metrics, call).await;
            let fault = matches!(result, Err(CallError::Fault(_)));
            let name = if acked { "acked" } else { "failed" };
            self.after_call(result, name).await?;
            if !(fault && again) {
                break;
            }
        }
        Ok(())
    }
}
