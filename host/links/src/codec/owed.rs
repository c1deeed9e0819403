//! A frame of what is owed to ledgers: columns of numbers.
//!
//! ```text
//! 16 number of incarnations   40 incarnations: bits (u64), worker, number
//! 20 number of updates           updates: roots, XORs, touched (each u64), rows (u32)
//! 24 number of failed            failed: roots (u64), reasons (u8)
//! 28 number of extended          extended: roots (u64), after the reasons of `failed`
//! 32 number of causes            causes: so many of `failed`, in order; bytes (each u32)
//! 36 bytes of causes             the texts of the causes; one of no bytes is not told
//! ```

use std::sync::Arc;

use bytes::Buf;
use stormcell_acking::{FailReason, RootId, Roots, Stamp, Touched, Update, WorkerIncarnation};

use super::CodecError;
use super::frame::{Frame, Kind, STAMPED, body, stamp};
use super::hello::end;
use crate::{FailedTree, Owed};

const HEAD: usize = 40;

/// The bytes of all causes of a frame at most: they must not keep acks waiting.
const CAUSES: usize = 32 << 10;

/// An update is about at most so many rows: a call, and so its acks, is far smaller.
const MOST_ROWS: u32 = 1 << 24;

/// The reasons by their numbers.
const REASONS: [FailReason; 6] = [
    FailReason::TimedOut,
    FailReason::FailedByBolt,
    FailReason::WorkerDied,
    FailReason::SpoutRestarted,
    FailReason::Overload,
    FailReason::Stopped,
];

/// The whole frame, without its stamp. `max` is the longest payload allowed.
///
/// # Errors
/// If it would be too long.
pub fn encode_owed(owed: &Owed, max: usize) -> Result<Vec<u8>, CodecError> {
    let Owed {
        incarnations,
        updates,
        failed,
        extended,
    } = owed;
    let causes = causes(failed);
    let lengths = [
        incarnations.len(),
        updates.len(),
        failed.len(),
        extended.len(),
        causes.len(),
        causes.iter().map(|(_, text)| text.len()).sum(),
    ];
    let bytes = bytes_of(lengths.map(|length| length as u64));
    if bytes > max as u64 {
        return Err(CodecError::TooLarge {
            bytes,
            max: max as u64,
        });
    }
    let mut frame = Frame::numbered(Kind::Owed, bytes as usize);
    for length in lengths {
        // It fits, as all of it does.
        frame.u32(length as u32);
    }
    for (bit, incarnation) in incarnations {
        frame.u64(bit.to_bits());
        frame.u32(incarnation.worker);
        frame.u32(incarnation.number);
    }
    for update in updates {
        frame.u64(update.root.to_bits());
    }
    for update in updates {
        frame.u64(update.xor);
    }
    for update in updates {
        frame.u64(update.touched.to_bits());
    }
    for update in updates {
        frame.u32(update.rows);
    }
    for FailedTree { root, .. } in failed {
        frame.u64(root.to_bits());
    }
    for FailedTree { reason, .. } in failed {
        frame.bytes(&[number_of(*reason)]);
    }
    for root in extended {
        frame.u64(root.to_bits());
    }
    for (trees, text) in &causes {
        frame.u32(*trees);
        // It fits, as all of them do.
        frame.u32(text.len() as u32);
    }
    for (_, text) in &causes {
        frame.bytes(text.as_bytes());
    }
    frame.finish(max)
}

/// What a payload says, and its number.
///
/// # Errors
/// If it is no such frame.
pub fn decode_owed(payload: &[u8]) -> Result<(Stamp, Owed), CodecError> {
    body(payload, Kind::Owed)?;
    let stamp = stamp(payload)?;
    let mut rest = &payload[STAMPED..];
    let mut lengths = [0; 6];
    for length in &mut lengths {
        *length = u64::from(rest.try_get_u32_le()?);
    }
    let expected = bytes_of(lengths);
    if expected != payload.len() as u64 {
        return Err(CodecError::Length {
            part: "the frame",
            expected,
            found: payload.len() as u64,
        });
    }
    // Not longer than the payload, so they fit.
    let [incarnations, updates, failed, extended, causes, _] =
        lengths.map(|length| length as usize);
    let mut owed = Owed {
        incarnations: Vec::with_capacity(incarnations),
        updates: Vec::with_capacity(updates),
        failed: Vec::with_capacity(failed),
        extended: Vec::with_capacity(extended),
    };
    for _ in 0..incarnations {
        let bit = Touched::from_bits(rest.try_get_u64_le()?);
        let worker = rest.try_get_u32_le()?;
        let number = rest.try_get_u32_le()?;
        let incarnation = WorkerIncarnation { worker, number };
        owed.incarnations.push((bit, incarnation));
    }
    let mut column = |length: usize| {
        let (column, after) = rest.split_at(8 * length);
        rest = after;
        column.chunks_exact(8).map(|mut number| number.get_u64_le())
    };
    let (roots, xors, touched) = (column(updates), column(updates), column(updates));
    let (rows, after) = rest.split_at(4 * updates);
    rest = after;
    let rows = rows.chunks_exact(4).map(|mut number| number.get_u32_le());
    for (((root, xor), touched), rows) in roots.zip(xors).zip(touched).zip(rows) {
        if !(1..=MOST_ROWS).contains(&rows) {
            return Err(CodecError::Value {
                what: "the number of rows of an update",
                found: u64::from(rows),
            });
        }
        let first = RootId::from_bits(root);
        let update = Update::of(Roots { first, rows }, xor);
        owed.updates
            .push(update.touching(Touched::from_bits(touched)));
    }
    let mut column = |length: usize| {
        let (column, after) = rest.split_at(8 * length);
        rest = after;
        column.chunks_exact(8).map(|mut number| number.get_u64_le())
    };
    let roots = column(failed);
    let (reasons, after) = rest.split_at(failed);
    rest = after;
    for (root, &reason) in roots.zip(reasons) {
        let known = REASONS.get(usize::from(reason)).copied();
        let reason = known.ok_or(CodecError::Value {
            what: "the reason of a failure",
            found: u64::from(reason),
        })?;
        owed.failed.push(FailedTree {
            root: RootId::from_bits(root),
            reason,
            cause: None,
        });
    }
    for _ in 0..extended {
        owed.extended
            .push(RootId::from_bits(rest.try_get_u64_le()?));
    }
    let (lengths, texts) = rest.split_at(8 * causes);
    read_causes(lengths, texts, &mut owed.failed)?;
    Ok((stamp, owed))
}

/// How long the payload is. No sum of six `u32` overflows it.
fn bytes_of([incarnations, updates, failed, extended, causes, text]: [u64; 6]) -> u64 {
    HEAD as u64 + 16 * incarnations + 28 * updates + 9 * failed + 8 * extended + 8 * causes + text
}

/// The causes of trees that fail, each with the number of trees that follow each other and
/// have it in common. There are none after the last that is told.
fn causes(failed: &[FailedTree]) -> Vec<(u32, &str)> {
    let mut causes: Vec<(u32, &str)> = Vec::new();
    let mut room = CAUSES;
    let Some(last) = failed.iter().rposition(|tree| tree.cause.is_some()) else {
        return causes;
    };
    for tree in failed.iter().take(last + 1) {
        let text = tree.cause.as_deref().unwrap_or_default();
        match causes.last_mut() {
            Some((trees, same)) if *same == text => *trees += 1,
            _ if text.len() <= room => {
                room -= text.len();
                causes.push((1, text));
            }
            Some((trees, "")) => *trees += 1,
            _ => causes.push((1, "")),
        }
    }
    causes
}

/// Gives trees their causes.
fn read_causes(
    mut lengths: &[u8],
    mut texts: &[u8],
    failed: &mut [FailedTree],
) -> Result<(), CodecError> {
    let mut failed = failed.iter_mut();
    while !lengths.is_empty() {
        let (trees, length) = (lengths.try_get_u32_le()?, lengths.try_get_u32_le()?);
        let too_long = CodecError::Length {
            part: "the text of a cause",
            expected: u64::from(length),
            found: texts.len() as u64,
        };
        let (text, after) = texts.split_at_checked(length as usize).ok_or(too_long)?;
        texts = after;
        let text = std::str::from_utf8(text).map_err(|_| CodecError::Text {
            what: "the cause of a failure",
        })?;
        let cause = (!text.is_empty()).then(|| Arc::from(text));
        for _ in 0..trees {
            let tree = failed.next().ok_or(CodecError::Value {
                what: "the number of trees with a cause",
                found: u64::from(trees),
            })?;
            tree.cause.clone_from(&cause);
        }
    }
    end(texts)
}

/// The number of a reason. One that is not listed here is sent as a failure by a bolt,
/// which has the same effect.
fn number_of(reason: FailReason) -> u8 {
    let known = REASONS.iter().position(|&known| known == reason);
    known.map_or(1, |number| number as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_number() {
        for (number, reason) in REASONS.into_iter().enumerate() {
            assert_eq!(usize::from(number_of(reason)), number);
        }
    }
}
