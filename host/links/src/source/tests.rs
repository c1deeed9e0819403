#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

const PEER: WorkerIncarnation = WorkerIncarnation {
    worker: 1,
    number: 4,
};

fn stamp(sequence: u64) -> Stamp {
    Stamp {
        incarnation: PEER.number,
        sequence,
    }
}

/// Whether a frame is handed on, or why not.
fn hand_on(source: &Source, connection: &Arc<Teller>, stamp: Stamp) -> Result<bool, String> {
    let mut handed = false;
    let answer = source.hand_on(connection, stamp, || handed = true);
    answer.map(|()| handed).map_err(|error| {
        assert!(!handed);
        error.to_string()
    })
}

fn connected() -> (Source, Arc<Teller>) {
    let source = Source::new(PEER);
    let connection = Arc::new(Teller::default());
    assert_eq!(source.connect(&connection), 0);
    (source, connection)
}

#[test]
fn a_frame_is_handed_on_once_and_counted() {
    let (source, connection) = connected();
    for sequence in 0..200 {
        assert!(!source.has(sequence));
        assert_eq!(hand_on(&source, &connection, stamp(sequence)), Ok(true));
        assert!(source.has(sequence));
        assert_eq!(source.received(), sequence + 1);
    }
    // Near and far behind.
    for sequence in [199, 150, 0] {
        assert_eq!(hand_on(&source, &connection, stamp(sequence)), Ok(false));
    }
    assert_eq!(source.received(), 200);
    assert_eq!(source.account.totals().0, 200);
}

#[test]
fn a_gap_or_another_incarnation_breaks_the_connection() {
    let (source, connection) = connected();
    assert_eq!(hand_on(&source, &connection, stamp(0)), Ok(true));
    let gap = hand_on(&source, &connection, stamp(2)).unwrap_err();
    assert!(
        gap.contains("frame 2 of incarnation 4 came where frame 1"),
        "{gap}"
    );
    let other = Stamp {
        incarnation: 5,
        sequence: 1,
    };
    assert!(hand_on(&source, &connection, other).is_err());
    assert_eq!(hand_on(&source, &connection, stamp(1)), Ok(true));
}

#[test]
fn only_the_latest_connection_brings_frames() {
    let (source, earlier) = connected();
    assert_eq!(hand_on(&source, &earlier, stamp(0)), Ok(true));
    let later = Arc::new(Teller::default());
    assert_eq!(source.connect(&later), 1);
    assert!(source.is_latest(&later) && !source.is_latest(&earlier));
    let refused = hand_on(&source, &earlier, stamp(1)).unwrap_err();
    assert!(refused.contains("later connection"), "{refused}");
    assert_eq!(hand_on(&source, &later, stamp(1)), Ok(true));
}

#[test]
fn nothing_of_the_dead_is_handed_on() {
    let (source, connection) = connected();
    assert_eq!(hand_on(&source, &connection, stamp(0)), Ok(true));
    source.died();
    assert!(hand_on(&source, &connection, stamp(1)).is_err());
    // A connection that was greeted just before.
    let late = Arc::new(Teller::default());
    source.connect(&late);
    let refused = hand_on(&source, &late, stamp(1)).unwrap_err();
    assert!(refused.contains("known to be dead"), "{refused}");
    assert_eq!(source.received(), 1);
}
