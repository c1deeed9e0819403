//! Emitting: rows come from the spout, or are emitted again, and get their trees.

use std::collections::VecDeque;
use std::sync::Arc;

use stormcell_batch::Columns;
use stormcell_protocol::control::SpoutMode;
use stormcell_sandbox::{CallError, SpoutEmission, SpoutOutcome, TimeUsed, Tracking};
use tokio::time::Instant;

use super::SpoutTask;
use crate::account::{Charge, Full};
use crate::call_size::{Grown, Used};
use crate::error::RunError;
use crate::router::{FromCall, Parents, Unanchored};
use crate::rows::CallRows;
use crate::task::ReplayedRow;
use crate::task::calls::timed;
use crate::task::failing::History;
use crate::task::payload::{Emitted, Payload, Payloads, Replayable};

/// Bytes that an emission takes until it is sent.
fn cost(emission: &SpoutEmission) -> usize {
    let ids = match &emission.tracking {
        Tracking::Ids(ids) => ids.len(),
        Tracking::None | Tracking::ReplayedByHost => 0,
    };
    size_of::<SpoutEmission>() + emission.columns.cost() + ids * size_of::<u64>()
}

impl SpoutTask {
    /// Emits failed rows again, then asks the spout for new ones, as far as limits
    /// and pacing allow.
    pub(super) async fn emit_more(&mut self) -> Result<(), RunError> {
        self.wake_rows(Instant::now());
        while !self.replays.is_empty() && self.hindrance(Instant::now()).is_none() {
            let room = self.setup.tracker.lock().room() as usize;
            let rows = self.replays.take(room.min(crate::SPOUT_ROWS));
            self.emit_again(rows).await;
        }
        if !self.replays.is_empty()
            || self.mode != SpoutMode::Active
            || self.hindrance(Instant::now()).is_some()
        {
            return Ok(());
        }
        let Some(instance) = &mut self.instance else {
            return Ok(());
        };
        let room = self.setup.tracker.lock().room();
        let most = (room as usize).min(self.size.rows());
        let definition = &self.parts.definition;
        let metrics = &definition.reporter.metrics;
        let before = instance.memory();
        let result = timed(metrics, instance.next(most as u32)).await;
        match result {
            Ok(outcome) => {
                let TimeUsed { computed, waited } = instance.time_used();
                let emissions = outcome.emissions.iter();
                let used = Used {
                    computed,
                    waited,
                    rows: emissions.clone().map(|e| e.columns.rows()).sum(),
                    bytes: emissions.map(cost).sum(),
                    memory: Grown {
                        before,
                        after: instance.memory(),
                    },
                };
                let limits = &definition.spec.limits;
                self.size.went_well(used.rows, used, limits);
                self.take(outcome).await
            }
            Err(error) => {
                if let CallError::Fault(fault) = &error {
                    self.size.went_wrong(most, Some(fault.kind));
                    self.size.anew();
                }
                self.after_call(Err(error), "next").await
            }
        }
    }

    async fn take(&mut self, outcome: SpoutOutcome) -> Result<(), RunError> {
        self.restarts.good();
        self.errors = 0;
        self.ended = outcome.ended;
        let mut rows = 0;
        let mut returned = self.returned(&outcome.emissions);
        for emission in outcome.emissions {
            let emitted = emission.columns.rows();
            rows += emitted;
            self.parts.definition.reporter.counts.rows(emitted);
            match &mut returned {
                Ok(charges) => {
                    let charge = charges.pop_front();
                    self.emit(emission, charge).await?;
                }
                Err(full) => {
                    let full = *full;
                    self.setup.finish.emitted(emitted);
                    self.setup.finish.tracked(emitted);
                    self.refuse(emitted, emission.tracking, &full).await?;
                }
            }
        }
        if rows > 0 {
            self.rest.had_rows();
        } else if !outcome.ended
            && let Some(idle) = self.rest.had_nothing(outcome.idle_ms)
        {
            self.rest_until = Instant::now() + idle;
        }
        Ok(())
    }

    /// Charges what a call returned until it is sent, which may take as long as a custom
    /// grouping does: a charge for each emission.
    fn returned(&self, emissions: &[SpoutEmission]) -> Result<VecDeque<Charge>, Full> {
        let output_bytes = self.parts.definition.spec.limits.output_bytes;
        let charge = |emission| {
            let account = &self.setup.account;
            account.returned(cost(emission), output_bytes)
        };
        emissions.iter().map(charge).collect()
    }

    /// Emits new rows, which are charged with this until they are charged as pending.
    async fn emit(
        &mut self,
        emission: SpoutEmission,
        returned: Option<Charge>,
    ) -> Result<(), RunError> {
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
            if let (Tracking::Ids(ids), Some(instance)) = (tracking, &mut self.instance) {
                let metrics = &self.parts.definition.reporter.metrics;
                let result = timed(metrics, instance.acked(&ids)).await;
                self.after_call(result, "acked").await?;
            }
            return Ok(());
        }
        drop(returned);
        self.setup.finish.tracked(columns.rows());
        let (rows, account) = (columns.rows(), &self.setup.account);
        // The host has the values of rows that it may have to emit again.
        let values = match tracking {
            Tracking::Ids(_) => 0,
            _ => Emitted::cost(&columns),
        };
        // Taken for certain, and then exactly.
        let room = match account.take(Payloads::cost(rows) + values) {
            Ok(room) => room,
            Err(full) => return self.refuse(rows, tracking, &full).await,
        };
        // Others are there until they are sent.
        let _sending = (values == 0).then(|| account.charge(columns.cost()));
        let emitted = Arc::new(Emitted {
            output,
            columns,
            direct_task,
            _charge: (values > 0).then(|| account.charge(values)),
        });
        let payload = match tracking {
            Tracking::Ids(ids) => {
                self.keep_failing(&ids, &emitted);
                Payload::Ids(ids)
            }
            _ => Payload::Emitted(Arc::clone(&emitted), 0),
        };
        self.send(&emitted, &emitted.columns, payload).await;
        drop(room);
        Ok(())
    }

    /// Keeps the values of rows that have failed before, by their ids: if they fail too often,
    /// they are stored.
    fn keep_failing(&mut self, ids: &[u64], emitted: &Emitted) {
        if self.own.is_empty() {
            return;
        }
        for (row, &id) in ids.iter().enumerate() {
            if !self.own.has_failed(id) {
                continue;
            }
            let columns = emitted.columns.gather(vec![row as u32]).ok();
            let kept = columns.and_then(|columns| {
                let charge = self.setup.account.take(Emitted::cost(&columns)).ok()?;
                let emitted = Arc::new(Emitted {
                    output: emitted.output,
                    columns,
                    direct_task: emitted.direct_task,
                    _charge: Some(charge),
                });
                Some(Replayable {
                    emitted,
                    row: 0,
                    replays: 0,
                    history: History::default(),
                })
            });
            self.own.emitted(id, kept);
        }
    }

    /// Rows for which there is no room beside those that are pending are not sent. They
    /// fail: a spout that tracks them is told, and others do not have them any more.
    async fn refuse(
        &mut self,
        rows: usize,
        tracking: Tracking,
        full: &Full,
    ) -> Result<(), RunError> {
        let reporter = &self.parts.definition.reporter;
        reporter.error(format!(
            "rows that it emitted were refused, and fail: {full}. Those that are pending take \
             most of it"
        ));
        reporter.metrics.failed.add(rows);
        if let (Tracking::Ids(ids), Some(instance)) = (tracking, &mut self.instance) {
            let result = timed(&reporter.metrics, instance.failed(&ids)).await;
            self.after_call(result, "failed").await?;
        }
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
        self.send(&emitted, &columns, Payload::Replays(rows)).await;
    }

    /// Emits a dead letter once more. Its tree is in another ledger than those of the rows
    /// of this task, which the spout is told of.
    pub(super) async fn emit_replayed(&mut self, row: ReplayedRow) {
        let mut call = CallRows::emitted(&[row.root]);
        let mut descent = FromCall {
            call: &mut call,
            parents: Parents::From(0),
        };
        let router = &mut self.parts.router;
        router
            .send(row.output, &row.columns, None, &mut descent)
            .await;
        self.touched.clear();
        router.take_touched(&mut self.touched);
        self.sent.clear();
        call.ack_all(&mut self.sent);
        row.tracker.change(|ledger| {
            // Before the edges: a tree that is complete is forgotten.
            ledger.update_all(self.touched.updates());
            ledger.init_all(self.sent.updates());
        });
    }

    /// Opens a tree for each row, sends the rows, and says what was sent.
    async fn send(&mut self, emitted: &Emitted, columns: &Columns, mut payload: Payload) {
        let mut left = columns.rows() as u32;
        let mut opened = Vec::with_capacity(1);
        {
            let mut ledger = self.setup.tracker.lock();
            while let Some(roots) = ledger.open(left) {
                payload = self.payloads.put(roots, payload);
                left -= roots.rows;
                opened.push(roots);
            }
        }
        self.payloads.settle();
        debug_assert_eq!(left, 0, "no more rows are asked for than have room");
        let mut call = CallRows::emitted(&opened);
        let mut descent = FromCall {
            call: &mut call,
            parents: Parents::From(0),
        };
        let output = emitted.output as usize;
        self.parts
            .router
            .send(output, columns, emitted.direct_task, &mut descent)
            .await;
        self.touched.clear();
        self.parts.router.take_touched(&mut self.touched);
        self.sent.clear();
        call.ack_all(&mut self.sent);
        let mut ledger = self.setup.tracker.lock();
        // Before the edges: a tree that is complete is forgotten.
        ledger.update_all(self.touched.updates());
        ledger.init_all(self.sent.updates());
    }
}
