use super::*;
use crate::Touched;
use proptest::prelude::*;
use std::collections::BTreeMap;

type PerRoot = BTreeMap<RootId, (u64, Touched)>;

fn per_root(updates: &[Update]) -> PerRoot {
    let mut sums = PerRoot::new();
    for update in updates {
        let (xor, touched) = sums.entry(update.root).or_default();
        *xor ^= update.xor;
        *touched = touched.union(update.touched);
    }
    sums
}

fn update() -> impl Strategy<Value = Update> {
    // Few roots, some of which share their low bits.
    (0..20u64, any::<bool>(), any::<u64>(), 0..64u32).prop_map(|(low, high, xor, bit)| {
        let root = RootId::from_bits(low | (u64::from(high) << 32));
        Update::new(root, xor).touching(Touched::from_bits(1 << bit))
    })
}

proptest! {
    #[test]
    fn keeps_the_sum_of_each_root(
        rounds in prop::collection::vec(prop::collection::vec(update(), 0..200), 1..4)
    ) {
        let mut fold = Fold::new();
        for added in rounds {
            fold.clear();
            added.iter().for_each(|update| fold.add_update(*update));
            prop_assert_eq!(per_root(fold.updates()), per_root(&added));
        }
    }

    #[test]
    fn roots_of_one_window_are_merged_wherever_they_stand(
        counters in prop::collection::vec(0..RECENT as u64, 0..2_000)
    ) {
        let mut fold = Fold::new();
        for counter in &counters {
            fold.add(RootId::from_bits(*counter), 1);
        }
        let distinct = counters.iter().collect::<std::collections::BTreeSet<_>>();
        prop_assert_eq!(fold.updates().len(), distinct.len());
    }
}

/// A bolt whose rows are anchored to many kept rows, sent to many tasks of another worker,
/// made 32 bytes of each row for each task.
#[test]
fn updates_are_not_many_more_than_the_roots_however_often_each_is_added() {
    let roots = 3 * RECENT as u64;
    let mut fold = Fold::new();
    for round in 0..200 {
        for root in 0..roots {
            fold.add(RootId::from_bits(root), round ^ root);
        }
    }
    assert!(fold.updates().len() < KEPT, "{}", fold.updates().len());
    let xor = (0..200).fold(0, |xor, round| xor ^ round);
    for (root, (sum, _)) in per_root(fold.updates()) {
        // An even number of rounds: what is of the root itself cancels out.
        assert_eq!(sum, xor, "{root:?}");
    }
}

#[test]
fn many_different_roots_are_all_there() {
    let roots = 3 * KEPT as u64;
    let mut fold = Fold::new();
    for root in (0..roots).chain(0..roots) {
        fold.add_update(Update::new(RootId::from_bits(root), 1 << (root % 2)));
        fold.add_all(
            Roots {
                first: RootId::from_bits(root),
                rows: 2,
            },
            4,
        );
    }
    assert!(fold.updates().len() as u64 <= 4 * roots);
    assert!(fold.updates().iter().any(|update| update.rows == 2));
    let sums = per_root(fold.updates());
    assert_eq!(sums.len() as u64, roots);
    assert!(
        sums.values().all(|(sum, _)| *sum == 0),
        "each was added twice"
    );
}
