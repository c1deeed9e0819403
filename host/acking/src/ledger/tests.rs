#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use std::collections::BTreeSet;

fn ledger(max_pending: u32) -> Ledger {
    let config = LedgerConfig {
        max_pending: NonZeroU32::new(max_pending),
    };
    Ledger::new(SpoutIndex::new(3).unwrap(), 9, config)
}

fn taken(ledger: &mut Ledger) -> Vec<Settled> {
    let mut settled = Vec::new();
    ledger.take_settled(&mut settled);
    settled
}

#[test]
fn room_counts_what_has_settled_until_it_is_taken() {
    let mut ledger = ledger(2);
    let root = ledger.reserve().unwrap().root;
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
fn slots_stay_below_the_limit_and_are_unique() {
    let mut ledger = ledger(50);
    let mut open = BTreeSet::new();
    for round in 0..200 {
        while let Some(opened) = ledger.reserve() {
            assert!(opened.slot < 50);
            assert!(open.insert(opened.slot), "slot {} is open", opened.slot);
            if opened.root.counter() % 7 != round % 7 {
                ledger.init(opened.root, 0);
            }
        }
        if round % 10 == 9 {
            ledger.rotate();
        }
        for settled in taken(&mut ledger) {
            assert!(open.remove(&settled.slot));
        }
    }
}

#[test]
fn without_a_limit_the_ledger_grows_with_what_is_pending() {
    let mut ledger = Ledger::new(SpoutIndex::new(0).unwrap(), 0, LedgerConfig::default());
    let roots: Vec<_> = (0..10_000)
        .map(|_| ledger.reserve().unwrap().root)
        .collect();
    assert_eq!(ledger.room(), u32::MAX - 10_000);
    roots.iter().for_each(|root| ledger.init(*root, 1));
    roots.iter().for_each(|root| ledger.update(*root, 1));
    let settled = taken(&mut ledger);
    assert!(settled.iter().map(|settled| settled.root).eq(roots));
}

/// An id comes again after 2^40 roots, but not while it is pending.
#[test]
fn the_counter_wraps_around_what_is_still_pending() {
    let mut ledger = ledger(10);
    let [first, second] = [(); 2].map(|()| ledger.reserve().unwrap().root);
    ledger.next = RootId::new(ledger.spout, ledger.incarnation, u64::MAX);
    let last = ledger.reserve().unwrap().root;
    assert_eq!(last.counter(), (1 << 40) - 1);
    let third = ledger.reserve().unwrap().root;
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
    let roots: Vec<_> = std::iter::from_fn(|| ledger.reserve())
        .map(|opened| opened.root)
        .collect();
    ledger.fail_oldest(3, FailReason::Overload);
    ledger.fail_oldest(0, FailReason::Overload);
    let failed: Vec<_> = taken(&mut ledger).iter().map(|s| s.root).collect();
    assert_eq!(failed, roots[..3]);
    ledger.fail_oldest(u32::MAX, FailReason::Overload);
    assert_eq!(taken(&mut ledger).len(), 7);
}

#[test]
fn a_reused_bit_means_the_living() {
    let bit = Touched::from_bits(4);
    let mut ledger = ledger(10);
    let root = ledger.reserve().unwrap().root;
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
    let root = ledger.reserve().unwrap().root;
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
