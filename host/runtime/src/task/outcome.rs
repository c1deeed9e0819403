//! What a bolt's call leaves behind: checked as a whole, then carried out.
//!
//! The sandbox has checked the shape of an outcome. Here it is checked against
//! what the task holds: every handle must be that of a row of the call or of a
//! kept row, and a row cannot be acked or failed twice. Nothing takes effect
//! unless everything is in order.

use std::collections::BTreeSet;
use std::sync::Arc;

use stormcell_acking::{Branch, FailReason, Fold, RootId};
use stormcell_links::FailedTree;
use stormcell_sandbox::{Anchors, BoltOutcome, Emission, FailedRow, Fault, FaultKind, Kept};

use crate::errors::Reporter;
use crate::router::{FromCall, FromCalls, Parents, Router, Unanchored};
use crate::rows::{CallRows, KeptRows, Row};
use crate::tracker::Trackers;

/// What becomes of a row of the call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Acked,
    Kept,
    Failed,
}

/// Checks every handle of an outcome, and that what it emits is anchored to no more trees
/// than take `output_bytes` (`limits.output-bytes`).
pub(crate) fn check(
    outcome: &BoltOutcome,
    call: &CallRows,
    kept: &KeptRows,
    output_bytes: u64,
) -> Result<(), Fault> {
    let held = |handle: u32| call.position(handle).is_some() || kept.contains(handle);
    let all_held = |what: &str, handles: &[u32]| match handles.iter().find(|&&h| !held(h)) {
        None => Ok(()),
        Some(handle) => Err(invalid(format!(
            "{what} row {handle}, which the task does not hold: rows may be named from the call \
             in which they come until they are acked or failed"
        ))),
    };
    for emission in &outcome.emissions {
        match &emission.anchors {
            Anchors::None => {}
            Anchors::Each(handles) if following(handles, call).is_some() => {}
            Anchors::Each(handles) | Anchors::Lists { handles, .. } => {
                all_held("it anchored to", handles)?;
            }
        }
    }
    let lineage = lineage_bytes(outcome, call, kept);
    if lineage > output_bytes {
        return Err(Fault::new(
            FaultKind::OutputBytes,
            format!(
                "it anchored rows to so many others that their places in trees take {lineage} \
                 bytes for each task that gets them, more than its {output_bytes} \
                 (limits.output-bytes): 16 for each row and each tree of a row that it is \
                 anchored to"
            ),
        ));
    }
    if let Kept::These(handles) = &outcome.kept
        && let Some(handle) = handles.iter().find(|&&h| call.position(h).is_none())
    {
        return Err(invalid(format!(
            "it kept row {handle}, which is not a row of this call"
        )));
    }
    all_held("it extended", &outcome.extended)?;
    all_held("it acked", &outcome.acked)?;
    let failed: Vec<u32> = outcome.failed.iter().map(|failed| failed.row).collect();
    all_held("it failed", &failed)?;
    if outcome.acked.len() + failed.len() > 1 {
        let mut settled = BTreeSet::new();
        for &handle in outcome.acked.iter().chain(&failed) {
            if !settled.insert(handle) {
                return Err(invalid(format!(
                    "it acked or failed row {handle} twice in one call"
                )));
            }
        }
    }
    Ok(())
}

/// How many rows an outcome emits.
pub(crate) fn emitted_rows(outcome: &BoltOutcome) -> usize {
    let emissions = outcome.emissions.iter();
    emissions.map(|emission| emission.columns.rows()).sum()
}

/// Bytes that an outcome takes until it is carried out.
pub(crate) fn cost(outcome: &BoltOutcome) -> usize {
    let anchors = |anchors: &Anchors| match anchors {
        Anchors::None => 0,
        Anchors::Each(handles) => handles.len(),
        Anchors::Lists { offsets, handles } => offsets.len() + handles.len(),
    };
    let emissions = outcome.emissions.iter();
    let emissions = emissions.map(|emission| {
        size_of::<Emission>()
            + emission.columns.cost()
            + anchors(&emission.anchors) * size_of::<u32>()
    });
    let kept = match &outcome.kept {
        Kept::None | Kept::All => 0,
        Kept::These(handles) => handles.len(),
    };
    let handles = kept + outcome.acked.len() + outcome.extended.len();
    let failed = outcome.failed.iter().map(|failed| failed.reason.len());
    emissions.sum::<usize>()
        + handles * size_of::<u32>()
        + outcome.failed.len() * size_of::<FailedRow>()
        + failed.sum::<usize>()
}

/// What the lineage of all that is emitted takes for one receiving task. Rows that are each
/// anchored to one row in one tree are left out: they are not more than `output-rows`.
fn lineage_bytes(outcome: &BoltOutcome, call: &CallRows, kept: &KeptRows) -> u64 {
    let of = |handle: &u32| match call.position(*handle) {
        Some(position) => call.branches(position),
        None => kept.get(*handle).map_or(0, |row| row.branches().len()),
    };
    let bytes = |handles: &[u32]| {
        let branches: usize = handles.iter().map(of).sum();
        (branches * size_of::<Branch>()) as u64
    };
    let emissions = outcome.emissions.iter();
    let bytes = emissions.map(|emission| match &emission.anchors {
        Anchors::None => 0,
        Anchors::Each(_) if call.is_simple() && kept.len() == 0 => 0,
        Anchors::Each(handles) | Anchors::Lists { handles, .. } => bytes(handles),
    });
    bytes.sum()
}

/// The position of the first of these handles, if they are those of rows of the call that
/// follow each other: what a bolt that emits each row once says.
fn following(handles: &[u32], call: &CallRows) -> Option<usize> {
    let first = *handles.first()?;
    let position = call.position(first)?;
    let fit = handles.len() <= call.len() - position;
    let follow = || {
        let numbers = handles.iter().zip(0u32..);
        numbers.fold(true, |all, (&handle, number)| {
            all & (handle == first.wrapping_add(number))
        })
    };
    (fit && follow()).then_some(position)
}

fn invalid(what: String) -> Fault {
    Fault::new(
        FaultKind::InvalidOutput,
        format!("what it returned is not valid: {what}"),
    )
}

/// Rows that a call failed because it ran out of memory, if others took part in that: they are
/// tried again in a smaller call. Rows to which something is anchored that was emitted are not
/// among them: that is on its way. Handles, ascending.
pub(crate) fn failed_together(outcome: &BoltOutcome, call: &CallRows) -> Vec<u32> {
    let failed = outcome.failed.iter().map(|failed| failed.row);
    let mut again: Vec<u32> = failed.filter(|&row| call.position(row).is_some()).collect();
    again.sort_unstable();
    for emission in &outcome.emissions {
        if let Anchors::Each(handles) | Anchors::Lists { handles, .. } = &emission.anchors {
            for handle in handles {
                if let Ok(at) = again.binary_search(handle) {
                    again.remove(at);
                }
            }
        }
    }
    again
}

/// Carries out an outcome that [`check`] has found in order. Of the rows that it fails, those
/// with the handles `again`, ascending, stay as they are.
pub(crate) async fn carry_out(
    mut outcome: BoltOutcome,
    again: &[u32],
    call: &mut CallRows,
    kept: &mut KeptRows,
    router: &mut Router,
    trackers: &Trackers,
    fold: &mut Fold,
) {
    emit(&outcome, call, kept, router).await;
    fold.clear();
    router.take_touched(fold);
    let fails = |failed: &FailedRow| again.binary_search(&failed.row).is_err();
    let failed = outcome.failed.iter().filter(|failed| fails(failed));
    let failed = failed_trees(failed, call, kept, router.reporter());
    settle_kept(&outcome, kept, fold);
    let acked = settle_call(&outcome, call, kept, fold);
    outcome.failed.retain(fails);
    trackers.update(fold.updates());
    trackers.fail_all(failed);
    let extended = extended_roots(outcome.extended, call, kept);
    trackers.extend(extended);
    router.reporter().metrics.acked.add(acked);
    router.reporter().failed(outcome.failed.len());
    for FailedRow { reason, .. } in &outcome.failed {
        router
            .reporter()
            .error(format_args!("a row failed: {reason}"));
    }
}

/// The trees of the rows that the bolt fails, with what it says of each.
fn failed_trees<'f>(
    failed: impl Iterator<Item = &'f FailedRow>,
    call: &CallRows,
    kept: &KeptRows,
    reporter: &Reporter,
) -> Vec<FailedTree> {
    let mut trees = Vec::new();
    for FailedRow { row, reason } in failed {
        let cause = reporter.cause(reason);
        let mut add = |root| {
            trees.push(FailedTree {
                root,
                reason: FailReason::FailedByBolt,
                cause: Some(Arc::clone(&cause)),
            });
        };
        match call.position(*row) {
            Some(position) => call.roots(position, add),
            None => kept
                .get(*row)
                .into_iter()
                .flat_map(Row::roots)
                .for_each(&mut add),
        }
    }
    trees
}

/// The trees whose time-outs start again. A row that is named a million times counts once:
/// it may be in as many trees.
fn extended_roots(mut handles: Vec<u32>, call: &CallRows, kept: &KeptRows) -> Vec<RootId> {
    handles.sort_unstable();
    handles.dedup();
    let mut extended = Vec::new();
    for handle in handles {
        match call.position(handle) {
            Some(position) => call.roots(position, |root| extended.push(root)),
            None => extended.extend(kept.get(handle).into_iter().flat_map(Row::roots)),
        }
    }
    extended
}

async fn emit(
    outcome: &BoltOutcome,
    call: &mut CallRows,
    kept: &mut KeptRows,
    router: &mut Router,
) {
    for emission in &outcome.emissions {
        let output = emission.output as usize;
        let (columns, direct) = (&emission.columns, emission.direct_task);
        let (offsets, handles) = match &emission.anchors {
            Anchors::None => {
                router.send(output, columns, direct, &mut Unanchored).await;
                continue;
            }
            Anchors::Each(handles) => {
                let following = following(handles, call);
                let parents: Option<Vec<u32>> = match following {
                    Some(_) => Some(Vec::new()),
                    None => handles
                        .iter()
                        .map(|&handle| call.position(handle).map(|position| position as u32))
                        .collect(),
                };
                match parents {
                    Some(_) if call.untracked() => {
                        router.send(output, columns, direct, &mut Unanchored).await;
                        continue;
                    }
                    Some(parents) if call.one_root_each() => {
                        let parents = following.map_or(Parents::Each(&parents), Parents::From);
                        let mut descent = FromCall { call, parents };
                        router.send(output, columns, direct, &mut descent).await;
                        continue;
                    }
                    _ => {}
                }
                let offsets: Vec<u32> = (0..=handles.len() as u32).collect();
                (offsets, handles)
            }
            Anchors::Lists { offsets, handles } => (offsets.clone(), handles),
        };
        let mut descent = FromCalls {
            call,
            kept,
            offsets: &offsets,
            handles,
        };
        router.send(output, columns, direct, &mut descent).await;
    }
}

/// Acks and fails rows that were kept in earlier calls.
fn settle_kept(outcome: &BoltOutcome, kept: &mut KeptRows, fold: &mut Fold) {
    for &handle in &outcome.acked {
        if let Some(row) = kept.remove(handle) {
            row.ack(fold);
        }
    }
    for failed in &outcome.failed {
        kept.remove(failed.row);
    }
}

/// Acks, keeps and fails the rows of the call. Returns how many rows were acked,
/// kept ones included.
fn settle_call(
    outcome: &BoltOutcome,
    call: &CallRows,
    kept: &mut KeptRows,
    fold: &mut Fold,
) -> usize {
    let position = |handle: &u32| call.position(*handle);
    let earlier = outcome
        .acked
        .iter()
        .filter(|handle| call.position(**handle).is_none())
        .count();
    if outcome.kept == Kept::None && outcome.failed.is_empty() {
        call.ack_all(fold);
        return earlier + call.len();
    }
    let mut fates = match outcome.kept {
        Kept::All => vec![Fate::Kept; call.len()],
        Kept::None | Kept::These(_) => vec![Fate::Acked; call.len()],
    };
    if let Kept::These(handles) = &outcome.kept {
        for position in handles.iter().filter_map(position) {
            fates[position] = Fate::Kept;
        }
    }
    for position in outcome.acked.iter().filter_map(position) {
        fates[position] = Fate::Acked;
    }
    for position in outcome.failed.iter().filter_map(|f| position(&f.row)) {
        fates[position] = Fate::Failed;
    }
    for (position, fate) in fates.iter().enumerate() {
        match fate {
            Fate::Acked => call.ack(position, fold),
            Fate::Kept => kept.keep(call, position),
            Fate::Failed => {}
        }
    }
    earlier + fates.iter().filter(|fate| **fate == Fate::Acked).count()
}

#[cfg(test)]
mod tests;
