#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

fn bytes(rows: &[u32]) -> Vec<u8> {
    rows.iter().copied().flat_map(u32::to_le_bytes).collect()
}

fn kept(settlement: &Settlement) -> Vec<u8> {
    match &settlement.kept {
        wit::Kept::These(rows) => rows.clone(),
        wit::Kept::None => Vec::new(),
        wit::Kept::All => panic!("never said"),
    }
}

#[test]
fn a_kept_row_is_acked_by_a_later_call() {
    let mut handles = Handles::default();
    handles.start([(u32::MAX, 2)]);
    handles.keep(Handle(0)).unwrap();
    handles.ack(Handle(u32::MAX)).unwrap();
    let first = handles.finish();
    assert_eq!(kept(&first), bytes(&[0]));
    assert!(
        first.acked.is_empty(),
        "a row of the call is acked when it returns"
    );
    handles.start([(1, 1)]);
    handles.ack(Handle(0)).unwrap();
    assert_eq!(handles.finish().acked, bytes(&[0]));
    handles.start([]);
    assert_eq!(handles.ack(Handle(0)), Err(HandleError::Unknown(Handle(0))));
}

#[test]
fn a_row_is_settled_once() {
    let mut handles = Handles::default();
    handles.start([(0, 2)]);
    handles.fail(Handle(0), "why".into()).unwrap();
    let settled = handles.ack(Handle(0)).unwrap_err();
    assert_eq!(settled.to_string(), "row 0 has already been failed");
    handles.ack(Handle(1)).unwrap();
    assert!(handles.keep(Handle(1)).is_err());
    assert!(handles.extend(Handle(1)).is_err());
    assert_eq!(
        handles.check(Handle(2)),
        Err(HandleError::Unknown(Handle(2)))
    );
    assert_eq!(handles.finish().failed.len(), 1);
}

#[test]
fn a_rollback_undoes_an_attempt_and_no_other() {
    let mut handles = Handles::default();
    handles.start([(0, 3)]);
    handles.keep(Handle(0)).unwrap();
    handles.keep(Handle(1)).unwrap();
    handles.finish();
    handles.start([(3, 2)]);
    handles.ack(Handle(0)).unwrap();
    handles.begin();
    handles.keep(Handle(3)).unwrap();
    handles.fail(Handle(3), "why".into()).unwrap();
    handles.ack(Handle(1)).unwrap();
    handles.extend(Handle(4)).unwrap();
    handles.rollback();
    handles.begin();
    handles.fail(Handle(3), "because".into()).unwrap();
    let settlement = handles.finish();
    assert_eq!(settlement.acked, bytes(&[0]));
    assert_eq!(settlement.failed.len(), 1);
    assert_eq!(settlement.failed[0].reason, "because");
    assert!(kept(&settlement).is_empty() && settlement.extended.is_empty());
    handles.start([]);
    assert_eq!(handles.check(Handle(1)), Ok(()), "row 1 is kept as before");
}

#[test]
fn only_kept_rows_are_extended() {
    let mut handles = Handles::default();
    handles.start([(0, 3)]);
    for row in 0..3 {
        handles.extend(Handle(row)).unwrap();
    }
    handles.keep(Handle(1)).unwrap();
    assert_eq!(handles.finish().extended, bytes(&[1]));
}

#[test]
fn a_call_that_fails_leaves_no_trace() {
    let mut handles = Handles::default();
    handles.start([(0, 2)]);
    handles.keep(Handle(0)).unwrap();
    handles.fail(Handle(1), "why".into()).unwrap();
    handles.start([(2, 1)]);
    let settlement = handles.finish();
    assert!(settlement.failed.is_empty() && kept(&settlement).is_empty());
}

#[test]
fn many_rows_are_checked_like_each_of_them() {
    let mut handles = Handles::default();
    handles.start([(u32::MAX, 3), (10, 2)]);
    handles.keep(Handle(11)).unwrap();
    handles.finish();
    handles.start([(u32::MAX, 3), (20, 2)]);
    let good = [u32::MAX, 0, 1, 20, 21, 20, 11, 1];
    assert_eq!(handles.check_all(good.into_iter()), Ok(()));
    for bad in [u32::MAX - 1, 2, 10, 19, 22] {
        let rows = good.into_iter().chain([bad]);
        let unknown = Err(HandleError::Unknown(Handle(bad)));
        assert_eq!(handles.check_all(rows), unknown);
    }
    handles.ack(Handle(0)).unwrap();
    assert_eq!(
        handles.check_all([u32::MAX, 1, 0].into_iter()),
        Err(HandleError::Settled {
            row: Handle(0),
            acked: true
        })
    );
}
