//! From what a call returned to outcomes whose shape is right.
//!
//! Checked here: outputs exist, columns fit their schema, a direct task is named if
//! and only if the stream is direct, anchors and ids are as many as the rows, and
//! what is returned stays within its limits.

use stormcell_batch::Columns;
use stormcell_topology::{Limits, OutputStream};

use super::exports::grouping_task as grouping;
use super::lift::{self, Lists};
use super::wit::types as wit;
use crate::said::said;
use crate::secrets::Masks;
use crate::{
    Anchors, BoltOutcome, Choice, Emission, FailedRow, Fault, FaultKind, Kept, SpoutEmission,
    SpoutOutcome, Tracking,
};

/// A spout is asked again after at most this time.
const LONGEST_IDLE_MS: u32 = 1_000;

/// What a call's emissions are held against.
pub(crate) struct Bounds<'a> {
    pub(crate) call: &'static str,
    pub(crate) outputs: &'a [OutputStream],
    pub(crate) limits: &'a Limits,
    /// The rows that a spout was asked for.
    pub(crate) max_rows: Option<u32>,
    /// What must not be shown.
    pub(crate) masks: &'a Masks,
}

impl Bounds<'_> {
    fn invalid(&self, what: String) -> Fault {
        Fault::new(
            FaultKind::InvalidOutput,
            format!(
                "the component returned something invalid from `{}`: {what}",
                self.call
            ),
        )
    }

    /// Counts rows before any is looked at.
    fn check_rows(&self, rows: impl Iterator<Item = u32>) -> Result<(), Fault> {
        let rows: u64 = rows.map(u64::from).sum();
        if rows > self.limits.output_rows {
            return Err(Fault::new(
                FaultKind::OutputRows,
                format!(
                    "the component returned {rows} rows from one call of `{}`, more than its {} \
                     (limits.output-rows)",
                    self.call, self.limits.output_rows
                ),
            ));
        }
        match self.max_rows {
            Some(max) if rows > u64::from(max) => Err(self.invalid(format!(
                "{rows} rows, it was asked for at most {max} (`max-rows`)"
            ))),
            _ => Ok(()),
        }
    }

    fn check_bytes(&self, columns: impl Iterator<Item = usize>) -> Result<(), Fault> {
        let bytes: u64 = columns.map(|bytes| bytes as u64).sum();
        if bytes > self.limits.output_bytes {
            return Err(Fault::new(
                FaultKind::OutputBytes,
                format!(
                    "the component returned {bytes} bytes of values from one call of `{}`, more \
                     than its {} (limits.output-bytes)",
                    self.call, self.limits.output_bytes
                ),
            ));
        }
        Ok(())
    }

    /// The columns of an emission on this output.
    fn columns(
        &self,
        output: u32,
        rows: u32,
        columns: Vec<wit::ColumnResult>,
        direct_task: Option<u32>,
    ) -> Result<(Columns, &OutputStream), Fault> {
        let Some(stream) = self.outputs.get(output as usize) else {
            return Err(self.invalid(format!(
                "an emission on output {output}, it has {} (counted from 0)",
                self.outputs.len()
            )));
        };
        let invalid = |what: String| self.invalid(format!("stream `{}`: {what}", stream.name));
        match (stream.direct, direct_task) {
            (true, None) => {
                return Err(invalid(
                    "it is direct, and no receiving task is named".to_owned(),
                ));
            }
            (false, Some(task)) => {
                return Err(invalid(format!(
                    "it is not direct, and the receiving task {task} is named"
                )));
            }
            _ => {}
        }
        let columns = lift::columns(&stream.schema, rows, columns, self.limits);
        let columns = columns.map_err(|refused| match refused.kind {
            FaultKind::InvalidOutput => invalid(refused.what),
            kind => Fault::new(
                kind,
                format!(
                    "the component returned more from `{}` than it may: stream `{}`: {}",
                    self.call, stream.name, refused.what
                ),
            ),
        })?;
        Ok((columns, stream))
    }
}

/// What a call of a bolt left behind.
pub(crate) fn bolt(outcome: wit::Outcome, bounds: &Bounds<'_>) -> Result<BoltOutcome, Fault> {
    bounds.check_rows(outcome.emissions.iter().map(|emission| emission.rows))?;
    let mut emissions = Vec::with_capacity(outcome.emissions.len());
    for emission in outcome.emissions {
        let wit::Emission {
            output,
            rows,
            columns,
            anchors,
            direct_task,
        } = emission;
        let (columns, stream) = bounds.columns(output, rows, columns, direct_task)?;
        let anchors = self::anchors(rows, anchors)
            .map_err(|what| bounds.invalid(format!("stream `{}`: anchors: {what}", stream.name)))?;
        if rows > 0 {
            emissions.push(Emission {
                output,
                columns,
                anchors,
                direct_task,
            });
        }
    }
    bounds.check_bytes(emissions.iter().map(|emission| emission.columns.bytes()))?;
    let handles = |name: &str, bytes: &[u8]| {
        lift::handles(bytes).map_err(|what| bounds.invalid(format!("`{name}`: {what}")))
    };
    Ok(BoltOutcome {
        emissions,
        kept: match outcome.kept {
            wit::Kept::None => Kept::None,
            wit::Kept::All => Kept::All,
            wit::Kept::These(rows) => Kept::These(handles("kept", &rows)?),
        },
        acked: handles("acked", &outcome.acked)?,
        failed: outcome
            .failed
            .into_iter()
            .map(|wit::FailedRow { row, reason }| FailedRow {
                row,
                reason: said(reason, bounds.masks, &[]),
            })
            .collect(),
        extended: handles("extended", &outcome.extended)?,
    })
}

fn anchors(rows: u32, anchors: wit::Anchors) -> Result<Anchors, String> {
    Ok(match anchors {
        wit::Anchors::None => Anchors::None,
        wit::Anchors::Each(bytes) => Anchors::Each(each(rows, &bytes)?),
        wit::Anchors::Lists(lists) => {
            let Lists { offsets, numbers } = lift::lists(rows as usize, &lists)?;
            Anchors::Lists {
                offsets,
                handles: numbers,
            }
        }
    })
}

/// One number a row.
fn each(rows: u32, bytes: &[u8]) -> Result<Vec<u32>, String> {
    let numbers = lift::handles(bytes)?;
    if numbers.len() != rows as usize {
        return Err(format!(
            "{} numbers, expected {rows}, one a row",
            numbers.len()
        ));
    }
    Ok(numbers)
}

/// What a call of a spout left behind.
pub(crate) fn spout(
    outcome: wit::SpoutOutcome,
    bounds: &Bounds<'_>,
) -> Result<SpoutOutcome, Fault> {
    bounds.check_rows(outcome.emissions.iter().map(|emission| emission.rows))?;
    let mut emissions = Vec::with_capacity(outcome.emissions.len());
    for emission in outcome.emissions {
        let wit::SpoutEmission {
            output,
            rows,
            columns,
            tracking,
            direct_task,
        } = emission;
        let (columns, stream) = bounds.columns(output, rows, columns, direct_task)?;
        let tracking = match tracking {
            wit::Tracking::None => Tracking::None,
            wit::Tracking::ReplayedByHost => Tracking::ReplayedByHost,
            wit::Tracking::Ids(bytes) => {
                let invalid =
                    |what: String| bounds.invalid(format!("stream `{}`: ids: {what}", stream.name));
                let ids = lift::wide(&bytes).map_err(invalid)?;
                if ids.len() != rows as usize {
                    return Err(invalid(format!(
                        "{} ids, expected {rows}, one a row",
                        ids.len()
                    )));
                }
                Tracking::Ids(ids)
            }
        };
        if rows > 0 {
            emissions.push(SpoutEmission {
                output,
                columns,
                tracking,
                direct_task,
            });
        }
    }
    bounds.check_bytes(emissions.iter().map(|emission| emission.columns.bytes()))?;
    Ok(SpoutOutcome {
        emissions,
        ended: outcome.ended,
        idle_ms: outcome.idle_ms.min(LONGEST_IDLE_MS),
    })
}

/// The targets that a custom grouping chose, of this many, for this many rows.
pub(crate) fn choice(choice: grouping::Choice, rows: u32, targets: u32) -> Result<Choice, Fault> {
    let invalid = |what: String| {
        Fault::new(
            FaultKind::InvalidOutput,
            format!("the component returned something invalid from `choose`: {what}"),
        )
    };
    let in_range = |chosen: &[u32]| match chosen.iter().find(|target| **target >= targets) {
        Some(target) => Err(invalid(format!(
            "the target {target}, there are {targets} (counted from 0)"
        ))),
        None => Ok(()),
    };
    match choice {
        grouping::Choice::Each(bytes) => {
            let chosen = each(rows, &bytes).map_err(invalid)?;
            in_range(&chosen)?;
            Ok(Choice::Each(chosen))
        }
        grouping::Choice::Lists(lists) => {
            let Lists { offsets, numbers } = lift::lists(rows as usize, &lists).map_err(invalid)?;
            in_range(&numbers)?;
            if let Some((row, target)) = twice(&offsets, &numbers, targets) {
                return Err(invalid(format!(
                    "row {row} goes to the target {target} twice"
                )));
            }
            Ok(Choice::Lists {
                offsets,
                targets: numbers,
            })
        }
    }
}

/// The first row that names a target twice, and that target.
fn twice(offsets: &[u32], numbers: &[u32], targets: u32) -> Option<(usize, u32)> {
    // For each target the row that named it last, counted from 1.
    let mut last = vec![0_usize; targets as usize];
    for (row, pair) in offsets.windows(2).enumerate() {
        let [start, end] = pair else { continue };
        for target in numbers.get(*start as usize..*end as usize)? {
            let seen = last.get_mut(*target as usize)?;
            if *seen == row + 1 {
                return Some((row, *target));
            }
            *seen = row + 1;
        }
    }
    None
}

#[cfg(test)]
mod tests;
