//! Storm's own acking bugs and rules, each as a test of the ledger. The numbers
//! are those of issues of Apache Storm.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stormcell_acking::{
    Branch, EdgeIds, FailReason, Fold, Inbound, Input, Ledger, LedgerConfig, Outbound, Outcome,
    RootId, Settled, SpoutIndex, Touched, Update, Verdict,
};

const TIMED_OUT: Outcome = Outcome::Failed(FailReason::TimedOut);

fn ledger(incarnation: u32) -> Ledger {
    let config = LedgerConfig {
        max_pending: 100.try_into().ok(),
    };
    Ledger::new(SpoutIndex::new(0).unwrap(), incarnation, config)
}

fn open(ledger: &mut Ledger) -> RootId {
    ledger.reserve().unwrap()
}

fn taken(ledger: &mut Ledger) -> Vec<(RootId, Outcome)> {
    let mut settled = Vec::new();
    ledger.take_settled(&mut settled);
    let each = |Settled { roots, outcome }| roots.iter().map(move |root| (root, outcome));
    settled.into_iter().flat_map(each).collect()
}

/// STORM-2786: ticks did not reach the ackers, and what failed stayed there until
/// memory was used up.
#[test]
fn pending_is_empty_after_two_timeouts() {
    let mut ledger = ledger(1);
    for xor in 1..=100 {
        let root = open(&mut ledger);
        ledger.init(root, xor);
    }
    ledger.rotate();
    assert_eq!((ledger.pending(), ledger.settled()), (100, 0));
    ledger.rotate();
    assert_eq!((ledger.pending(), ledger.settled()), (0, 100));
    assert!(taken(&mut ledger).iter().all(|(_, end)| *end == TIMED_OUT));
    assert_eq!(ledger.room(), 100);
}

/// STORM-543: a worker restarted in the place of another, and nothing that it
/// processed was ever acked.
#[test]
fn acks_reach_the_new_incarnation() {
    let mut link = Inbound::new();
    for incarnation in [1, 2] {
        let mut spout = ledger(incarnation);
        let root = open(&mut spout);
        spout.init(root, 7);
        let mut bolt = Outbound::new(incarnation);
        assert_eq!(link.receive(bolt.stamp()), Verdict::Accept);
        spout.update(root, 7);
        assert_eq!(taken(&mut spout), [(root, Outcome::Acked)]);
    }
}

/// STORM-870: rows emitted just before a spout restarted were neither acked nor
/// failed.
#[test]
fn no_root_is_forgotten_across_spout_restart() {
    let mut ledger = ledger(1);
    let [sent, routed] = [open(&mut ledger), open(&mut ledger)];
    ledger.init(sent, 5);
    ledger.fail_all(FailReason::SpoutRestarted);
    let restarted = Outcome::Failed(FailReason::SpoutRestarted);
    assert_eq!(taken(&mut ledger), [(sent, restarted), (routed, restarted)]);

    // What was on its way for them does not meet the roots of the new instance.
    let again = open(&mut ledger);
    ledger.init(again, 6);
    ledger.update_all(&[Update::new(sent, 5), Update::new(routed, 5)]);
    assert_eq!(ledger.pending(), 1);
    ledger.update(again, 6);
    assert_eq!(taken(&mut ledger), [(again, Outcome::Acked)]);
}

/// STORM-2359: the message that opens an entry was lost, and with it the entry.
#[test]
fn lost_init_still_replays() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.update(root, 9);
    ledger.rotate();
    ledger.rotate();
    assert_eq!(taken(&mut ledger), [(root, TIMED_OUT)]);
}

/// STORM-17: random root ids collide.
#[test]
fn root_ids_of_tasks_and_incarnations_are_distinct() {
    let mut ids = std::collections::BTreeSet::new();
    for spout in 0..20 {
        for incarnation in 0..20 {
            let index = SpoutIndex::new(spout).unwrap();
            let mut ledger = Ledger::new(index, incarnation, LedgerConfig::default());
            ids.extend((0..20).map(|_| open(&mut ledger)));
        }
    }
    assert_eq!(ids.len(), 20 * 20 * 20);
}

/// STORM-1595: failures took minutes to reach the spout.
#[test]
fn a_failure_settles_its_root_in_the_same_call() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.init(root, 3);
    ledger.fail(root, FailReason::FailedByBolt);
    let failed = Outcome::Failed(FailReason::FailedByBolt);
    assert_eq!(taken(&mut ledger), [(root, failed)]);
}

#[test]
fn late_ack_is_ignored() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.init(root, 3);
    ledger.rotate();
    ledger.rotate();
    assert_eq!(taken(&mut ledger), [(root, TIMED_OUT)]);
    ledger.update(root, 3);
    ledger.fail(root, FailReason::FailedByBolt);
    ledger.extend(root);
    assert_eq!((ledger.pending(), ledger.settled()), (0, 0));
    assert_eq!(ledger.ignored(), 3);
}

#[test]
fn a_fail_after_the_ack_is_ignored() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.init(root, 3);
    ledger.update(root, 3);
    ledger.fail(root, FailReason::FailedByBolt);
    assert_eq!(taken(&mut ledger), [(root, Outcome::Acked)]);
}

#[test]
fn zero_target_emit_is_acked() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.init(root, 0);
    assert_eq!(taken(&mut ledger), [(root, Outcome::Acked)]);
}

/// `testAckingSelfAnchor` of Storm's `TopologyIntegrationTest`.
#[test]
fn duplicate_anchor_completes() {
    let mut ledger = ledger(1);
    let mut ids = EdgeIds::new(1);
    let root = open(&mut ledger);
    let edge = ids.next_id();
    ledger.init(root, edge);
    let mut input = Input::new([Branch { root, edge }]);
    let mut child = Vec::new();
    input.anchor(&mut child, ids.next_id());
    input.anchor(&mut child, ids.next_id());
    let mut fold = Fold::new();
    input.ack(&mut fold);
    ledger.update_all(fold.updates());
    assert_eq!(ledger.settled(), 0);
    fold.clear();
    Input::new(child).ack(&mut fold);
    ledger.update_all(fold.updates());
    assert_eq!(taken(&mut ledger), [(root, Outcome::Acked)]);
}

#[test]
fn fail_before_init() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.fail(root, FailReason::FailedByBolt);
    ledger.init(root, 3);
    let failed = Outcome::Failed(FailReason::FailedByBolt);
    assert_eq!(taken(&mut ledger), [(root, failed)]);
    assert_eq!(ledger.pending(), 0);
}

#[test]
fn ack_before_init() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.update(root, 3);
    ledger.update(root, 4);
    assert_eq!(ledger.settled(), 0);
    ledger.init(root, 3 ^ 4);
    assert_eq!(taken(&mut ledger), [(root, Outcome::Acked)]);
}

/// Two acks that cancel out before the first `init` do not complete the tree.
#[test]
fn a_zero_before_init_completes_nothing() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.update(root, 3 ^ 4);
    ledger.update(root, 3 ^ 4);
    assert_eq!((ledger.pending(), ledger.settled()), (1, 0));
}

#[test]
fn a_second_init_is_ignored() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.init(root, 3);
    ledger.init(root, 3);
    assert_eq!((ledger.pending(), ledger.settled()), (1, 0));
    ledger.update(root, 3);
    assert_eq!(taken(&mut ledger), [(root, Outcome::Acked)]);
}

/// `testResetTimeout` of Storm's `TopologyIntegrationTest`.
#[test]
fn reset_timeout_keeps_a_root_for_one_to_two_more_timeouts() {
    let mut ledger = ledger(1);
    let [kept, left] = [open(&mut ledger), open(&mut ledger)];
    ledger.init(kept, 3);
    ledger.init(left, 3);
    for _ in 0..10 {
        ledger.rotate();
        ledger.extend(kept);
    }
    assert_eq!(taken(&mut ledger), [(left, TIMED_OUT)]);
    ledger.rotate();
    assert_eq!(ledger.pending(), 1);
    ledger.rotate();
    assert_eq!(taken(&mut ledger), [(kept, TIMED_OUT)]);
}

#[test]
fn reset_before_init_does_not_prevent_the_ack() {
    let mut ledger = ledger(1);
    let root = open(&mut ledger);
    ledger.rotate();
    ledger.extend(root);
    ledger.rotate();
    ledger.init(root, 3);
    ledger.update(root, 3);
    assert_eq!(taken(&mut ledger), [(root, Outcome::Acked)]);
}

/// A tree that touched a worker which is already known to be dead is not left to
/// the timeout, be that said by an update or by the spout itself.
#[test]
fn an_update_that_names_a_dead_worker_fails_its_tree_on_arrival() {
    let dead = Touched::from_bits(1);
    let mut ledger = ledger(1);
    let [by_update, by_init, spared] = [(); 3].map(|()| open(&mut ledger));
    ledger.worker_died(dead);
    ledger.update_all(&[Update::new(by_update, 3).touching(dead)]);
    ledger.init_all(&[Update::new(by_init, 3).touching(dead)]);
    let died = Outcome::Failed(FailReason::WorkerDied);
    assert_eq!(taken(&mut ledger), [(by_update, died), (by_init, died)]);
    assert_eq!(ledger.iter().map(|p| p.root).collect::<Vec<_>>(), [spared]);
}
