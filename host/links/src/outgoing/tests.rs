#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stormcell_acking::RootId;

use super::*;
use crate::Owed;
use crate::codec::{LENGTH, MAX_FRAME, decode_owed, encode_owed};

const PEER: WorkerIncarnation = WorkerIncarnation {
    worker: 1,
    number: 4,
};

fn outgoing() -> Outgoing {
    Outgoing::new(9, PEER, Touched::from_bits(1))
}

fn frame(number: u64) -> Vec<u8> {
    let extended = vec![RootId::from_bits(number)];
    let owed = Owed {
        extended,
        ..Owed::default()
    };
    encode_owed(&owed, MAX_FRAME).unwrap()
}

fn gone(task: u32, rows: u64, bytes: u64) -> Gone {
    Gone { task, rows, bytes }
}

fn credit(received: u64, taken: &[(u32, u64, u64)]) -> CreditFrame {
    let taken = taken.iter();
    let taken = taken.map(|&(task, rows, bytes)| (task, Taken { rows, bytes }));
    CreditFrame {
        received,
        taken: taken.collect(),
    }
}

/// Writes all that is queued.
fn write(outgoing: &Outgoing) {
    let (mut from, mut frames) = (0, Vec::new());
    while from < outgoing.sent() {
        frames.clear();
        outgoing.frames(from, 64, &mut frames);
        assert!(!frames.is_empty());
        from += frames.len() as u64;
    }
}

/// The sequences of the frames from one on.
fn sequences(outgoing: &Outgoing, from: u64, most: usize) -> Vec<u64> {
    let mut frames = Vec::new();
    outgoing.frames(from, most, &mut frames);
    let stamps = frames
        .iter()
        .map(|frame| decode_owed(&frame[LENGTH..]).unwrap().0);
    stamps
        .inspect(|stamp| assert_eq!(stamp.incarnation, 9))
        .map(|stamp| stamp.sequence)
        .collect()
}

#[test]
fn frames_are_numbered_and_kept_until_they_are_confirmed() {
    let outgoing = outgoing();
    for number in 0..5 {
        assert!(outgoing.owe(frame(number)).is_ok());
    }
    assert_eq!(sequences(&outgoing, 0, 64), [0, 1, 2, 3, 4]);
    assert_eq!(sequences(&outgoing, 2, 2), [2, 3]);
    assert!(outgoing.confirm(3).unwrap());
    assert!(!outgoing.confirm(3).unwrap());
    assert_eq!(sequences(&outgoing, 3, 64), [3, 4]);
    assert_eq!(sequences(&outgoing, 5, 64), [0u64; 0]);
    assert_eq!(outgoing.sent(), 5);
}

#[test]
fn what_cannot_be_confirmed_is_an_error() {
    let outgoing = outgoing();
    for number in 0..5 {
        assert!(outgoing.owe(frame(number)).is_ok());
    }
    let early = outgoing.confirm(3).unwrap_err().to_string();
    assert!(early.contains("frames 0 to 0"), "none was written: {early}");
    write(&outgoing);
    outgoing.confirm(3).unwrap();
    for wrong in [2, 6, u64::MAX] {
        let error = outgoing.confirm(wrong).unwrap_err().to_string();
        assert!(error.contains("frames 3 to 5"), "{error}");
    }
    assert!(outgoing.credit(&credit(6, &[])).is_err());
    assert_eq!(sequences(&outgoing, 3, 64), [3, 4]);
}

#[test]
fn credits_are_totals_and_reported_as_differences() {
    let outgoing = outgoing();
    assert!(outgoing.push(frame(0), gone(7, 10, 100)).is_ok());
    write(&outgoing);
    let (taken, _) = outgoing.credit(&credit(1, &[(7, 4, 40)])).unwrap();
    assert_eq!(taken, [gone(7, 4, 40)]);
    // Again, and an older one.
    for late in [4, 3] {
        let (taken, _) = outgoing.credit(&credit(1, &[(7, late, 30)])).unwrap();
        assert!(taken.is_empty());
    }
    let (taken, _) = outgoing.credit(&credit(1, &[(7, 5, 55)])).unwrap();
    assert_eq!(taken, [gone(7, 1, 15)]);
    for (task, rows, bytes) in [(7, 11, 100), (7, 10, 101), (8, 1, 0)] {
        let more = credit(1, &[(task, rows, bytes)]);
        let error = outgoing.credit(&more).unwrap_err().to_string();
        assert!(error.contains(&format!("task {task} has taken")), "{error}");
    }
    assert_eq!(outgoing.close(), [gone(7, 5, 45)]);
}

#[test]
fn what_is_closed_sends_and_reports_nothing_more() {
    let outgoing = outgoing();
    assert!(outgoing.push(frame(0), gone(7, 10, 100)).is_ok());
    assert!(outgoing.lose(gone(8, 1, 2)).is_ok());
    assert_eq!(outgoing.close(), [gone(8, 1, 2), gone(7, 10, 100)]);
    assert!(outgoing.push(frame(1), gone(7, 1, 1)).is_err());
    assert!(outgoing.lose(gone(8, 1, 2)).is_err());
    assert!(outgoing.take_lost().is_empty());
    assert!(sequences(&outgoing, 0, 64).is_empty());
    assert!(outgoing.close().is_empty());
    assert_eq!(outgoing.sent(), 1);
}

/// While a worker does not confirm anything, what is owed to it is bounded. Rows are not:
/// who sends them counts them.
#[test]
fn what_is_owed_is_dropped_when_too_much_is_not_confirmed() {
    let outgoing = outgoing();
    let large = || vec![0; Outgoing::MOST_OWED / 4];
    let owe = |frame| outgoing.owe(frame).map_err(|Closed| ()).unwrap();
    for _ in 0..4 {
        assert_eq!(owe(large()), Owing::Sent);
    }
    assert_eq!(owe(frame(4)), Owing::Dropped);
    assert_eq!(owe(frame(4)), Owing::DroppedToo);
    assert!(outgoing.push(frame(4), gone(7, 1, 1)).is_ok());
    assert_eq!(outgoing.sent(), 5, "what was dropped does not count");
    let mut first = Vec::new();
    outgoing.frames(0, 1, &mut first);
    outgoing.confirm(1).unwrap();
    assert_eq!(owe(large()), Owing::Sent);
    assert_eq!(owe(large()), Owing::Dropped, "it is said again");
    outgoing.close();
    assert!(outgoing.owe(frame(0)).is_err());
}

/// Acks stood behind all rows that a cycle had sent before them.
#[test]
fn a_task_that_is_sent_very_much_keeps_no_other_waiting() {
    let outgoing = outgoing();
    let rows = |task| outgoing.push(vec![0; 100_000], gone(task, 1, 1));
    for _ in 0..1_000 {
        assert!(rows(7).is_ok());
    }
    let mut frames = Vec::new();
    outgoing.frames(0, 64, &mut frames);
    let written = frames.len() as u64;
    assert!(written < 20, "a part of it: {written}");
    assert!(outgoing.owe(vec![0; 50]).is_ok());
    assert!(rows(8).is_ok());
    assert_eq!(outgoing.sent(), 1_002);
    frames.clear();
    outgoing.frames(written, 4, &mut frames);
    assert!(frames.iter().any(|frame| frame.len() == 50), "what is owed");
    write(&outgoing);
    assert!(outgoing.confirm(1_002).unwrap());
}
