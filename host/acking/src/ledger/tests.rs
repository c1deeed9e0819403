#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn ledger(max_pending: u32) -> Ledger {
    let config = LedgerConfig {
        max_pending: NonZeroU32::new(max_pending),
    };
    Ledger::new(SpoutIndex::new(3).unwrap(), 9, config)
}

/// The roots that have settled, in the order in which they did.
fn taken(ledger: &mut Ledger) -> Vec<(RootId, Outcome)> {
    let mut settled = Vec::new();
    ledger.take_settled(&mut settled);
    let each = settled.iter();
    each.flat_map(|s| s.roots.iter().map(|root| (root, s.outcome)))
        .collect()
}

#[test]
fn room_counts_what_has_settled_until_it_is_taken() {
    let mut ledger = ledger(2);
    let root = ledger.reserve().unwrap();
    ledger.reserve().unwrap();
    assert_eq!(ledger.room(), 0);
    assert_eq!(ledger.reserve(), None);
    ledger.init(root, 0);
    assert_eq!((ledger.pending(), ledger.settled()), (1, 1));
    assert_eq!(ledger.reserve(), None);
    assert_eq!(taken(&mut ledger).len(), 1);
    assert_eq!(ledger.room(), 1);
}

#[test]
fn without_a_limit_the_ledger_grows_with_what_is_pending() {
    let mut ledger = Ledger::new(SpoutIndex::new(0).unwrap(), 0, LedgerConfig::default());
    let roots: Vec<_> = (0..10_000).map(|_| ledger.reserve().unwrap()).collect();
    assert_eq!(ledger.room(), u32::MAX - 10_000);
    roots.iter().for_each(|root| ledger.init(*root, 1));
    roots.iter().for_each(|root| ledger.update(*root, 1));
    let settled = taken(&mut ledger);
    assert!(settled.iter().map(|settled| settled.0).eq(roots));
}

#[test]
fn the_oldest_of_those_that_expire_next_are_known_before() {
    let mut ledger = ledger(1_000);
    let runs = [300, 1, 200].map(|rows| ledger.open(rows).unwrap());
    let old: Vec<_> = runs.iter().flat_map(|roots| roots.iter()).collect();
    old.iter().for_each(|root| ledger.init(*root, 1));
    assert!(!ledger.iter().any(|tree| tree.expiring));
    ledger.rotate();
    let young = ledger.open(50).unwrap();
    young.iter().for_each(|root| ledger.init(root, 1));
    ledger.extend(old[0]);
    ledger.update(old[2], 1);
    let expiring = ledger.iter().filter(|tree| tree.expiring);
    let roots: Vec<_> = expiring.map(|tree| tree.root).collect();
    let all = roots.len();
    assert_eq!((all, &roots[..3]), (499, &[old[1], old[3], old[4]][..]));
    taken(&mut ledger);
    ledger.rotate();
    assert_eq!(ledger.settled(), all);
}

/// An id comes again after 2^40 roots, but not while it is pending.
#[test]
fn the_counter_wraps_around_what_is_still_pending() {
    let mut ledger = ledger(10);
    let [first, second] = [(); 2].map(|()| ledger.reserve().unwrap());
    ledger.next = RootId::new(ledger.spout, ledger.incarnation, u64::MAX);
    let last = ledger.reserve().unwrap();
    assert_eq!(last.counter(), (1 << 40) - 1);
    let third = ledger.reserve().unwrap();
    assert_eq!(third.counter(), 2);
    assert_eq!((third.spout(), third.incarnation()), (3, 9));
    for root in [first, second, last, third] {
        ledger.init(root, 1);
        ledger.update(root, 1);
    }
    assert_eq!(taken(&mut ledger).len(), 4);
}

#[test]
fn the_oldest_fail_first() {
    let mut ledger = ledger(10);
    let roots: Vec<_> = std::iter::from_fn(|| ledger.reserve()).collect();
    ledger.fail_oldest(3, FailReason::Overload);
    ledger.fail_oldest(0, FailReason::Overload);
    let failed: Vec<_> = taken(&mut ledger).iter().map(|s| s.0).collect();
    assert_eq!(failed, roots[..3]);
    ledger.fail_oldest(u32::MAX, FailReason::Overload);
    assert_eq!(taken(&mut ledger).len(), 7);
}

#[test]
fn a_reused_bit_means_the_living() {
    let bit = Touched::from_bits(4);
    let mut ledger = ledger(10);
    let root = ledger.reserve().unwrap();
    ledger.worker_died(bit);
    ledger.reuse(bit.union(Touched::DEAD));
    ledger.touch(root, bit);
    assert_eq!((ledger.pending(), ledger.touched()), (1, bit));
    // The bit of the dead is never given to the living.
    ledger.touch(root, Touched::DEAD);
    assert_eq!(ledger.pending(), 0);
}

#[test]
fn roots_of_nobody_are_ignored() {
    let mut ledger = ledger(10);
    let root = ledger.reserve().unwrap();
    let others = [
        RootId::from_bits(u64::MAX),
        RootId::from_bits(root.to_bits() + 1),
        RootId::new(SpoutIndex::new(2).unwrap(), 9, 0),
        RootId::new(SpoutIndex::new(3).unwrap(), 8, 0),
    ];
    for other in others {
        ledger.init(other, 0);
        ledger.update(other, 0);
        ledger.fail(other, FailReason::FailedByBolt);
        ledger.extend(other);
        ledger.touch(other, Touched::DEAD);
    }
    assert_eq!((ledger.pending(), ledger.settled()), (1, 0));
    assert_eq!(ledger.ignored(), 20);
}

#[test]
fn rows_that_are_emitted_acked_and_settled_together_are_one_entry() {
    let mut ledger = ledger(1000);
    let roots = ledger.open(500).unwrap();
    ledger.init_all(&[Update::of(roots, 7)]);
    ledger.update_all(&[Update::of(roots, 7 ^ 9)]);
    assert_eq!((ledger.runs.iter().count(), ledger.trees.len()), (1, 0));
    let first = Roots { rows: 200, ..roots };
    ledger.update_all(&[Update::of(first, 9)]);
    assert_eq!((ledger.pending(), ledger.settled()), (300, 200));
    ledger.update_all(&[Update::of(roots.without_first(200), 9)]);
    let mut settled = Vec::new();
    ledger.take_settled(&mut settled);
    let outcome = Outcome::Acked;
    assert_eq!(settled, [Settled { roots, outcome }]);
}

#[test]
fn no_more_are_opened_than_have_room() {
    let mut ledger = ledger(10);
    assert_eq!(ledger.open(7).unwrap().rows, 7);
    assert_eq!(ledger.open(7).unwrap().rows, 3);
    assert_eq!(ledger.open(7), None);
}

/// Those that are opened together have consecutive ids.
#[test]
fn roots_that_are_opened_together_end_where_the_counter_wraps() {
    let mut ledger = ledger(100);
    let old = ledger.open(20).unwrap();
    ledger.fail_oldest(10, FailReason::Overload);
    taken(&mut ledger);
    ledger.next = RootId::new(ledger.spout, ledger.incarnation, COUNTER_MASK - 4);
    let rows = |ledger: &mut Ledger| {
        let roots = ledger.open(30).unwrap();
        (roots.first.counter(), roots.rows)
    };
    assert_eq!(rows(&mut ledger), (COUNTER_MASK - 4, 5));
    assert_eq!(rows(&mut ledger), (0, 10), "up to one that is pending");
    assert_eq!(rows(&mut ledger), (20, 30));
    let order: Vec<u64> = ledger.iter().map(|p| p.root.counter()).collect();
    let old = old.without_first(10).iter().map(|root| root.counter());
    let wrapped = (0..10).chain(20..50);
    let expected = old.chain(COUNTER_MASK - 4..=COUNTER_MASK).chain(wrapped);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    let mut expected: Vec<u64> = expected.collect();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
}
