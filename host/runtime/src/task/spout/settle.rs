//! Settling: what became of rows is told to the spout, or their host replays them.

use std::sync::Arc;

use stormcell_acking::{FailReason, Outcome};
use stormcell_protocol::control::SpoutMode;
use stormcell_sandbox::CallError;
use tokio::time::Instant;

use super::SpoutTask;
use crate::error::RunError;
use crate::task::calls::timed;
use crate::task::dead_letters::GivenUp;
use crate::task::payload::{Payload, Replayable};

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
        self.setup.tracker.lock().take_settled(&mut self.settled);
        if self.settled.is_empty() {
            return Ok(());
        }
        let given_up = self.sort_settled();
        if !given_up.is_empty() {
            Box::pin(self.give_up_rows(given_up)).await;
        }
        if !self.acked.is_empty() {
            self.tell_ids(true).await?;
        }
        if !self.failed.is_empty() {
            // It may have rows to emit again, if there is anybody to emit them.
            self.ended = self.is_quarantined();
            self.tell_ids(false).await?;
        }
        Ok(())
    }

    /// Finds out whom to tell of rows that have settled, and queues those that the host
    /// replays. Returns those that it does not replay any more.
    fn sort_settled(&mut self) -> Vec<GivenUp> {
        self.acked.clear();
        self.failed.clear();
        let replays_more = self.mode != SpoutMode::Stopped;
        let (mut acked, mut timed_out, mut dropped) = (0, 0, 0);
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
                if let Payload::Ids(ids) = payload {
                    roots.by_ref().take(rows.len()).for_each(drop);
                    self.failed.extend_from_slice(&ids[rows]);
                    return;
                }
                for (row, cause) in rows.zip(roots.by_ref()) {
                    let Some(row) = payload.replayable(row) else {
                        continue;
                    };
                    if !replays_more {
                        dropped += 1;
                    } else if row.replays < self.setup.max_replays {
                        self.replays.push(Replayable {
                            replays: row.replays + 1,
                            ..row
                        });
                    } else {
                        given_up.push(GivenUp { row, reason, cause });
                    }
                }
            });
            // Nobody asks for the others.
            roots.for_each(drop);
        }
        self.payloads.settle();
        let metrics = &self.parts.definition.reporter.metrics;
        metrics.timed_out.add(timed_out);
        metrics.acked.add(acked);
        metrics
            .failed
            .add(self.failed.len() + given_up.len() + dropped);
        given_up
    }

    /// Rows that were emitted again as often as may be failed once more. They are stored
    /// as dead letters, if that is wanted.
    async fn give_up_rows(&mut self, rows: Vec<GivenUp>) {
        let definition = &self.parts.definition;
        if let Some(last) = rows.last() {
            definition.reporter.error(format_args!(
                "rows were given up after {} replays (max-replays), the last one because {}",
                self.setup.max_replays,
                last.why(),
            ));
        }
        let Some(letters) = &self.parts.dead_letters else {
            return;
        };
        let (stored, result) = letters.store_emitted(definition, &rows).await;
        definition.reporter.metrics.dead_letters.add(stored);
        if let Err(reason) = result {
            let what = format!("dead letters could not be stored: {reason}");
            definition.reporter.error(&what);
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
