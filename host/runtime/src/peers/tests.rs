use std::sync::Arc;

use stormcell_acking::{EdgeIds, FailReason, Ledger, LedgerConfig, Outcome, RootId, SpoutIndex};

use super::*;
use crate::tracker::{LedgerPlace, Tracker};

fn worker(worker: u32, number: u32) -> WorkerIncarnation {
    WorkerIncarnation { worker, number }
}

/// One ledger with one open tree, as worker 0 has it.
fn tree() -> (Arc<Tracker>, Trackers, RootId) {
    let index = SpoutIndex::new(0).expect("an index");
    let tracker = Arc::new(Tracker::new(Ledger::new(index, 1, LedgerConfig::default())));
    let root = tracker.lock().reserve().expect("room");
    let edge = EdgeIds::new(1).next_id();
    tracker.lock().init(root, edge);
    let ledgers = vec![LedgerPlace::Here(Arc::clone(&tracker))];
    let trackers = Trackers::new(ledgers, Vec::new(), None);
    (tracker, trackers, root)
}

fn settled(tracker: &Tracker) -> Vec<Outcome> {
    let mut settled = Vec::new();
    tracker.lock().take_settled(&mut settled);
    settled.into_iter().map(|settled| settled.outcome).collect()
}

/// What worker 1 says when it has passed a row on to worker 2: bits are its own.
fn owed_by(one: &Peers, root: RootId, to: WorkerIncarnation) -> Owed {
    let bit = one.up(to, &Trackers::default());
    one.owed(vec![Update::new(root, 7).touching(bit)])
}

#[test]
fn a_tree_fails_when_a_worker_dies_that_it_was_passed_on_to() {
    for dead in [worker(1, 5), worker(2, 6)] {
        let (tracker, trackers, root) = tree();
        let zero = Peers::new(worker(0, 4));
        let one = Peers::new(worker(1, 5));
        zero.apply(owed_by(&one, root, worker(2, 6)), &trackers);
        assert_eq!(settled(&tracker), []);
        zero.died(dead, &trackers);
        assert_eq!(settled(&tracker), [Outcome::Failed(FailReason::WorkerDied)]);
    }
}

#[test]
fn a_tree_stays_when_another_worker_dies_or_an_earlier_run() {
    let (tracker, trackers, root) = tree();
    let zero = Peers::new(worker(0, 4));
    let one = Peers::new(worker(1, 5));
    zero.apply(owed_by(&one, root, worker(2, 6)), &trackers);
    zero.up(worker(3, 7), &trackers);
    zero.died(worker(3, 7), &trackers);
    zero.died(worker(2, 3), &trackers);
    assert_eq!(settled(&tracker), []);
}

#[test]
fn an_update_that_names_a_dead_run_fails_its_tree_on_arrival() {
    let (tracker, trackers, root) = tree();
    let zero = Peers::new(worker(0, 4));
    let one = Peers::new(worker(1, 5));
    let owed = owed_by(&one, root, worker(2, 6));
    zero.up(worker(2, 6), &trackers);
    zero.died(worker(2, 6), &trackers);
    zero.apply(owed, &trackers);
    assert_eq!(settled(&tracker), [Outcome::Failed(FailReason::WorkerDied)]);
}

#[test]
fn a_later_run_means_that_the_earlier_is_dead() {
    let (tracker, trackers, root) = tree();
    let zero = Peers::new(worker(0, 4));
    let one = Peers::new(worker(1, 5));
    zero.apply(owed_by(&one, root, worker(2, 6)), &trackers);
    zero.up(worker(2, 8), &trackers);
    assert_eq!(settled(&tracker), [Outcome::Failed(FailReason::WorkerDied)]);
}

/// Bits are used again, and mean who has them now.
#[test]
fn hundreds_of_deaths_leave_bits_for_those_alive() {
    let (tracker, trackers, root) = tree();
    let zero = Peers::new(worker(0, 1));
    for number in 2..500 {
        assert_ne!(zero.up(worker(1, number), &trackers), Touched::NONE);
        zero.died(worker(1, number), &trackers);
    }
    let bit = zero.up(worker(1, 500), &trackers);
    assert_ne!(bit, Touched::NONE);
    tracker
        .lock()
        .update_all(&[Update::new(root, 0).touching(bit)]);
    assert_eq!(settled(&tracker), []);
    zero.died(worker(1, 500), &trackers);
    assert_eq!(settled(&tracker), [Outcome::Failed(FailReason::WorkerDied)]);
}
