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
