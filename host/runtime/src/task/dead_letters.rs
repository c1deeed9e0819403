//! Rows that cannot be processed: from a row and what went wrong with it to a letter that
//! is stored.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use stormcell_acking::FailReason;
use stormcell_batch::{Columns, Schema};
use stormcell_dead_letters::Store;
use stormcell_protocol::ErrorReport;
use stormcell_protocol::dead_letter::{Cell, DeadLetter, Source, given_up};
use stormcell_sandbox::{Fault, FaultKind, InputStream};

use super::Definition;
use super::payload::Replayable;
use crate::rows::Values;

/// How many rows of a spout are stored at once, and how many bytes of values, if it is more
/// than one row: what they take as JSON is in memory.
const AT_ONCE: usize = 256;
const BYTES_AT_ONCE: usize = 1 << 20;

/// How often a row has to fault its instance alone to be taken for the cause: once may be
/// the fault of the moment.
pub(crate) const TRIES_ALONE: u32 = 2;

/// Whether a fault may be the fault of the row, and not of the host.
pub(crate) fn may_be_of_the_row(fault: &Fault) -> bool {
    !matches!(
        fault.kind,
        FaultKind::Start
            | FaultKind::WorkerMemory
            | FaultKind::RowMemory
            | FaultKind::State
            | FaultKind::InvalidInput
            | FaultKind::Dead
    )
}

/// Where the rows of a topology go that cannot be processed.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetters(Store);

impl DeadLetters {
    pub(crate) fn new(store: Store) -> Self {
        Self(store)
    }

    /// Stores a row that faults its instance whenever it is tried: the first of these
    /// values, tried so often.
    ///
    /// # Errors
    /// Why it is not stored.
    pub(crate) async fn store_row(
        &self,
        definition: &Definition,
        values: &Values,
        attempts: u32,
        fault: &Fault,
    ) -> Result<(), String> {
        let input = definition.spec.inputs.get(values.input as usize);
        let input = input.ok_or_else(|| format!("it has no input {}", values.input))?;
        let InputStream {
            component,
            stream,
            schema,
        } = input;
        let source = Source {
            component: component.clone(),
            stream: stream.clone(),
            task: values.source_task,
        };
        let letter = DeadLetter {
            cause: fault.kind.to_string().replace(' ', "-"),
            reason: fault.message.to_string(),
            backtrace: fault.backtrace.to_vec(),
            attempts,
            ..letter(definition, source, cells(schema, &values.columns, 0))
        };
        self.store(vec![letter]).await
    }

    /// Stores rows of a spout that failed after they were emitted again as often as it
    /// allows. Returns how many are stored, and why the others are not.
    pub(crate) async fn store_emitted(
        &self,
        definition: &Definition,
        rows: &[GivenUp],
    ) -> (usize, Result<(), String>) {
        let mut stored = 0;
        let mut left = rows;
        while !left.is_empty() {
            let (some, others) = left.split_at(at_once(left));
            left = others;
            let letters = some.iter().filter_map(|given_up| {
                let row = &given_up.row;
                let output = definition.spec.outputs.get(row.emitted.output as usize)?;
                let source = Source {
                    component: definition.spec.component.clone(),
                    stream: output.name.clone(),
                    task: definition.spec.task,
                };
                let row_of = cells(&output.schema, &row.emitted.columns, row.row as usize);
                Some(DeadLetter {
                    cause: given_up.how.cause().to_owned(),
                    reason: given_up.text(),
                    attempts: given_up.attempts(),
                    ..letter(definition, source, row_of)
                })
            });
            let letters: Vec<DeadLetter> = letters.collect();
            let count = letters.len();
            if let Err(reason) = self.store(letters).await {
                return (stored, Err(reason));
            }
            stored += count;
        }
        (stored, Ok(()))
    }

    async fn store(&self, letters: Vec<DeadLetter>) -> Result<(), String> {
        let store = self.0.clone();
        match tokio::task::spawn_blocking(move || store.add(&letters)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A row of a spout that failed after it was emitted again as often as may be.
#[derive(Debug)]
pub(crate) struct GivenUp {
    pub(crate) row: Replayable,
    /// Why it failed, as far as its ledger knows.
    pub(crate) reason: FailReason,
    /// Who failed it, and what went wrong there ([`crate::causes`]).
    pub(crate) cause: Option<Arc<str>>,
    /// Which law says that it is not tried any more.
    pub(crate) how: How,
}

/// Why a row of a spout is not tried any more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum How {
    /// The host has emitted it again as often as it may.
    MaxReplays,
    /// The same exception has failed it so often, and would again.
    Same(u32),
    /// Its spout has an id of its own for it, under which it has failed so often in the same
    /// way; `certain`: and would again.
    Own {
        id: u64,
        failures: u32,
        certain: bool,
    },
}

impl How {
    /// The cause of the letter.
    fn cause(self) -> &'static str {
        match self {
            Self::MaxReplays | Self::Own { certain: false, .. } => "max-replays",
            Self::Same(_) | Self::Own { certain: true, .. } => "same-exception",
        }
    }
}

impl GivenUp {
    /// Why it is not tried any more, and why it failed at last.
    pub(crate) fn text(&self) -> String {
        let why = self.why();
        let after = match self.how {
            How::MaxReplays => format!("{} replays (max-replays)", self.row.replays),
            How::Same(times)
            | How::Own {
                failures: times,
                certain: true,
                ..
            } => format!(
                "the same exception {times} times in a row (same-exceptions) in bolts that see \
                 nothing but rows"
            ),
            How::Own { failures, .. } => {
                format!("{failures} failures of one kind in a row (max-replays)")
            }
        };
        given_up(&after, &why)
    }

    /// How often it was emitted, as far as that matters.
    fn attempts(&self) -> u32 {
        match self.how {
            How::MaxReplays | How::Same(_) => self.row.replays.saturating_add(1),
            How::Own { failures, .. } => failures,
        }
    }

    /// Why it failed at last: completes "because ...".
    pub(crate) fn why(&self) -> String {
        why(self.reason, self.cause.as_deref())
    }
}

/// Why a row failed: completes "because ...". A traceback has its exception first, and the rest
/// below.
pub(crate) fn why(reason: FailReason, cause: Option<&str>) -> String {
    let Some(cause) = cause else {
        return match reason {
            FailReason::TimedOut => "it timed out".to_owned(),
            FailReason::FailedByBolt => "a bolt failed it".to_owned(),
            FailReason::WorkerDied => "a worker died that had worked on it".to_owned(),
            reason => format!("it failed: {reason}"),
        };
    };
    if reason == FailReason::TimedOut {
        return format!("it timed out: {cause}");
    }
    let ErrorReport {
        message, detail, ..
    } = ErrorReport::new(0, cause);
    let mut why = format!("it failed in {message}");
    if !detail.is_empty() {
        why.push('\n');
        why.push_str(&detail);
    }
    why
}

/// How many of the first of these rows are stored at once.
fn at_once(rows: &[GivenUp]) -> usize {
    let mut bytes = 0;
    let fit = rows.iter().take(AT_ONCE).take_while(|GivenUp { row, .. }| {
        bytes += row.emitted.columns.slice(row.row as usize, 1).bytes();
        bytes <= BYTES_AT_ONCE
    });
    fit.count().max(1)
}

fn letter(definition: &Definition, source: Source, row: Vec<Cell>) -> DeadLetter {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let spec = &definition.spec;
    DeadLetter {
        at_ms: now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX)),
        topology: spec.topology.clone(),
        component: spec.component.clone(),
        task: spec.task,
        digest: definition.component.digest().to_owned(),
        cause: String::new(),
        reason: String::new(),
        backtrace: Vec::new(),
        attempts: 0,
        last_replay: None,
        source,
        row,
    }
}

fn cells(schema: &Schema, columns: &Columns, row: usize) -> Vec<Cell> {
    let values = columns.row(schema, row);
    let fields = schema.fields().iter();
    fields
        .zip(values)
        .map(|(field, value)| Cell::new(field, value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_failed_a_row_is_told_with_the_exception_first() {
        let cause = "`count`, task 5: Traceback (most recent call last):\n  \
                     File \"count.py\", line 7, in process\nKeyError: 'a'";
        assert_eq!(
            why(FailReason::FailedByBolt, Some(cause)),
            "it failed in `count`, task 5: KeyError: 'a'\nTraceback (most recent call last):\n  \
             File \"count.py\", line 7, in process\n"
        );
        assert_eq!(
            why(FailReason::FailedByBolt, Some("`a`, task 1: no")),
            "it failed in `a`, task 1: no"
        );
        assert_eq!(why(FailReason::TimedOut, None), "it timed out");
        assert_eq!(
            why(FailReason::TimedOut, Some("`a`, task 1, keeps a row of it")),
            "it timed out: `a`, task 1, keeps a row of it"
        );
    }
}
